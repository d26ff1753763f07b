import { expect, test } from "vitest"
import { watchPosition } from "../../src/projections/position-watch.ts"
import { createVirtualClock } from "../support/virtual-clock.ts"

function watched() {
  const clock = createVirtualClock(0)
  const row = { position: null as bigint | null, reads: 0, failure: null as Error | null }
  const watch = watchPosition(clock, async () => {
    row.reads++
    if (row.failure) throw row.failure
    return row.position
  })
  return { clock, row, watch }
}

test("what has been passed is not waited for", async () => {
  const { row, watch } = watched()
  watch.passed(7n)
  expect([watch.hasPassed(7n), watch.hasPassed(8n)]).toEqual([true, false])
  expect(await watch.waitFor(7n, 0)).toBe(true)
  expect(row.reads).toBe(0)
})

test("this process's projector answers at once, each waiter at its own position", async () => {
  const { watch } = watched()
  const order: string[] = []
  const seven = watch.waitFor(7n, 3_000).then(() => order.push("7"))
  const nine = watch.waitFor(9n, 3_000).then(() => order.push("9"))
  watch.passed(7n)
  await seven
  watch.passed(9n)
  await nine
  expect(order).toEqual(["7", "9"])
})

test("another process's projector is asked while somebody waits, and only then", async () => {
  const { clock, row, watch } = watched()
  const waiting = watch.waitFor(7n, 3_000)
  await clock.advance(200)
  expect(row.reads).toBeGreaterThan(2)
  row.position = 7n
  await clock.advance(50)
  expect(await waiting).toBe(true)
  await clock.advance(100)
  const reads = row.reads
  await clock.advance(1_000)
  expect(row.reads).toBe(reads)
})

test("gives up in time", async () => {
  const { clock, watch } = watched()
  let passed: boolean | undefined
  void watch.waitFor(7n, 3_000).then((value) => {
    passed = value
  })
  await clock.advance(2_999)
  expect(passed).toBeUndefined()
  await clock.advance(1)
  expect(passed).toBe(false)
})

test("whoever waits is told when the checkpoint cannot be read", async () => {
  const { row, watch } = watched()
  row.failure = new Error("no database")
  await expect(watch.waitFor(7n, 3_000)).rejects.toThrow("no database")
})
