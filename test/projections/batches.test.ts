import { expect, test } from "vitest"
import { inBatches } from "../../src/projections/batches.ts"
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

const limits = { max: 3, lingerMs: 5 }

test("a full batch does not wait, and no more than the next is collected meanwhile", async () => {
  const clock = createVirtualClock(0)
  const numbers = source()
  numbers.give(1, 2, 3, 4, 5, 6, 7, 8, 9)
  const batches = inBatches(numbers, clock, limits)
  expect((await batches.next()).value).toEqual([1, 2, 3])
  await clock.settle()
  expect(numbers.asked()).toBe(7)
  expect((await batches.next()).value).toEqual([4, 5, 6])
  expect((await batches.next()).value).toEqual([7, 8, 9])
})

test("what was collected while the consumer was at work lingers once it is asked for", async () => {
  const clock = createVirtualClock(0)
  const numbers = source()
  numbers.give(1, 2, 3, 4)
  const batches = inBatches(numbers, clock, limits)
  expect((await batches.next()).value).toEqual([1, 2, 3])
  await clock.advance(1_000)
  const second = batches.next()
  await clock.advance(4)
  numbers.give(5)
  await clock.advance(1)
  expect((await second).value).toEqual([4, 5])
})

test("a short batch lingers for more, counted from its first message", async () => {
  const clock = createVirtualClock(0)
  const numbers = source()
  const batches = inBatches(numbers, clock, limits)
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
  const batches = inBatches(numbers, createVirtualClock(0), limits)
  expect((await batches.next()).value).toEqual([1])
  expect((await batches.next()).done).toBe(true)
})

test("a failure of the source is met after what came before it", async () => {
  async function* failing() {
    yield* [1, 2, 3, 4]
    throw new Error("gone")
  }
  const batches = inBatches(failing(), createVirtualClock(0), limits)
  expect((await batches.next()).value).toEqual([1, 2, 3])
  expect((await batches.next()).value).toEqual([4])
  await expect(batches.next()).rejects.toThrow("gone")
})
