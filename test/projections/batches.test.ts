import { expect, test } from "vitest"
import type { Clock } from "../../src/commands/ports/clock.ts"
import { type BatchLimits, inBatches } from "../../src/projections/batches.ts"
import { createVirtualClock } from "../support/virtual-clock.ts"

/** A source that is fed by hand and counts how often it is asked. */
function source() {
  const waiting: ((result: IteratorResult<number>) => void)[] = []
  const ready: IteratorResult<number>[] = []
  let asked = 0
  const give = (result: IteratorResult<number>) => {
    const resolve = waiting.shift()
    if (resolve) resolve(result)
    else ready.push(result)
  }
  return {
    give: (...values: number[]) => {
      for (const value of values) give({ done: false, value })
    },
    end: () => give({ done: true, value: undefined }),
    asked: () => asked,
    [Symbol.asyncIterator]: () => ({
      next(): Promise<IteratorResult<number>> {
        asked++
        const result = ready.shift()
        return result ? Promise.resolve(result) : new Promise((resolve) => waiting.push(resolve))
      },
    }),
  }
}

const limits = { max: 3, lingerMs: 5, everyMs: 0, idleMs: 5 }
/** Numbers above 10 can wait. */
const isUrgent = (number: number) => number <= 10
const batchesOf = (numbers: AsyncIterable<number>, clock: Clock, changes: Partial<BatchLimits> = {}) =>
  inBatches(numbers, clock, { ...limits, ...changes }, isUrgent)

test("a full batch does not wait, and no more than the next is collected meanwhile", async () => {
  const clock = createVirtualClock(0)
  const numbers = source()
  numbers.give(1, 2, 3, 4, 5, 6, 7, 8, 9)
  const batches = batchesOf(numbers, clock)
  expect((await batches.next()).value).toEqual([1, 2, 3])
  await clock.settle()
  expect(numbers.asked()).toBe(7)
  expect((await batches.next()).value).toEqual([4, 5, 6])
  expect((await batches.next()).value).toEqual([7, 8, 9])
})

test("what was collected while the consumer was at work has lingered already", async () => {
  const clock = createVirtualClock(0)
  const numbers = source()
  numbers.give(1, 2, 3, 4)
  const batches = batchesOf(numbers, clock)
  expect((await batches.next()).value).toEqual([1, 2, 3])
  await clock.advance(1_000)
  expect((await batches.next()).value).toEqual([4])
})

test("under load batches begin some time after one another, unless they are full", async () => {
  const clock = createVirtualClock(0)
  const numbers = source()
  const batches = batchesOf(numbers, clock, { everyMs: 50 })
  const first = batches.next()
  numbers.give(1)
  await clock.advance(5)
  expect((await first).value).toEqual([1])
  const second = batches.next()
  await clock.advance(10)
  numbers.give(2)
  await clock.advance(39)
  numbers.give(3)
  await clock.advance(1)
  expect((await second).value).toEqual([2, 3])
  numbers.give(4, 5, 6)
  expect((await batches.next()).value).toEqual([4, 5, 6])
})

test("what can wait does, until something comes that cannot", async () => {
  const clock = createVirtualClock(0)
  const numbers = source()
  const batches = batchesOf(numbers, clock, { idleMs: 500 })
  const first = batches.next()
  numbers.give(11)
  await clock.advance(499)
  numbers.give(12)
  await clock.advance(1)
  expect((await first).value).toEqual([11, 12])
  const second = batches.next()
  numbers.give(13)
  await clock.advance(100)
  numbers.give(4)
  await clock.advance(5)
  expect((await second).value).toEqual([13, 4])
})

test("a short batch lingers for more, counted from its first message", async () => {
  const clock = createVirtualClock(0)
  const numbers = source()
  const batches = batchesOf(numbers, clock)
  const first = batches.next()
  await clock.advance(1_000)
  numbers.give(1)
  await clock.advance(4)
  numbers.give(2)
  await clock.advance(1)
  expect((await first).value).toEqual([1, 2])
  numbers.give(3)
  const second = batches.next()
  await clock.advance(5)
  expect((await second).value).toEqual([3])
})

test("what came before the end is delivered", async () => {
  const numbers = source()
  numbers.give(1)
  numbers.end()
  const batches = batchesOf(numbers, createVirtualClock(0))
  expect((await batches.next()).value).toEqual([1])
  expect((await batches.next()).done).toBe(true)
})

test("a failure of the source is met after what came before it", async () => {
  async function* failing() {
    yield* [1, 2, 3, 4]
    throw new Error("gone")
  }
  const batches = batchesOf(failing(), createVirtualClock(0))
  expect((await batches.next()).value).toEqual([1, 2, 3])
  expect((await batches.next()).value).toEqual([4])
  await expect(batches.next()).rejects.toThrow("gone")
})
