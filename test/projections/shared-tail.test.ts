import { describe, expect, test } from "vitest"
import type { SubscribeAllOptions, SubscriptionMessage } from "../../src/commands/ports/event-store.ts"
import { shareTail } from "../../src/projections/shared-tail.ts"
import { eventStoreContract } from "../contract/event-store-contract.ts"
import { createMemoryLog, type MemoryLog } from "../support/memory-log.ts"
import { record } from "../support/read-side.ts"

describe("a store whose subscribers share the log's end", () => {
  eventStoreContract(async () => {
    const store = shareTail(createMemoryLog(), [""])
    return { store, close: store.close }
  })
})

/** More than are kept for those who are behind. */
const MANY = 10_000
const thing = (n: number) => ({ type: n % 2 === 0 ? "Even" : "Odd", data: { n } })
const things = (from: number, count: number) => Array.from({ length: count }, (_, at) => thing(from + at))

/** A log that counts its subscriptions, as they are and as they were opened, and its store that shares. */
function sharing() {
  const log = createMemoryLog()
  const subscriptions = { open: 0, opened: 0 }
  async function* subscribeAll(options: SubscribeAllOptions): AsyncGenerator<SubscriptionMessage> {
    subscriptions.open++
    subscriptions.opened++
    try {
      yield* log.subscribeAll(options)
    } finally {
      subscriptions.open--
    }
  }
  return { log, subscriptions, store: shareTail({ ...log, subscribeAll }, ["thing-"]) }
}

/** A subscriber that gathers numbers of events, as fast as it is let. */
function gather(store: Pick<MemoryLog, "subscribeAll">, types: readonly string[], after?: bigint) {
  const ending = new AbortController()
  const got: unknown[] = []
  const seen = { got, caughtUp: false, passed: 0n }
  let held = Promise.resolve()
  const options = { filter: { eventTypes: types }, signal: ending.signal }
  const ended = (async () => {
    for await (const message of store.subscribeAll(after === undefined ? options : { ...options, after })) {
      await held
      if (message.kind === "caught_up") seen.caughtUp = true
      else seen.passed = message.kind === "event" ? message.event.position : message.position
      if (message.kind === "event") got.push((message.event.data as { n: number }).n)
    }
  })()
  return {
    ...{ seen, got },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      held = promise
      return resolve
    },
    async stop() {
      ending.abort()
      await ended
    },
  }
}

const numbers = (from: number, count: number, rest: number) =>
  things(from, count)
    .map(({ data }) => data.n)
    .filter((n) => n % 2 === rest)

test("once they have caught up, all are fed by one subscription, each with what it wants", async () => {
  const { log, store, subscriptions } = sharing()
  const begin = await record(log, "thing-1", ...things(0, 10))
  const [even, odd] = [gather(store, ["Even"]), gather(store, ["Odd"], begin)]
  await expect.poll(() => even.seen.caughtUp && odd.seen.caughtUp).toBe(true)
  const end = await record(log, "thing-1", ...things(10, 10))
  await expect.poll(() => [even.seen.passed, odd.seen.passed]).toEqual([end, end])
  await expect.poll(() => subscriptions.open).toBe(1)
  expect([even.got, odd.got]).toEqual([numbers(0, 20, 0), numbers(10, 10, 1)])
  await Promise.all([even.stop(), odd.stop()])
  await expect.poll(() => subscriptions.open).toBe(0)
})

test("who falls far behind holds back nobody, reads alone, and comes back", async () => {
  const { log, store, subscriptions } = sharing()
  await record(log, "thing-1", ...things(0, 2))
  const [fast, slow] = [gather(store, ["Even"]), gather(store, ["Odd"])]
  await expect.poll(() => fast.seen.caughtUp && slow.seen.caughtUp).toBe(true)
  await record(log, "thing-1", ...things(2, 2))
  await expect.poll(() => [slow.got.length, subscriptions.open]).toEqual([2, 1])

  const goOn = slow.hold()
  let end = 0n
  for (let from = 4; from < MANY; from += 1_000) {
    end = await record(log, "thing-1", ...things(from, 1_000))
    await expect.poll(() => fast.seen.passed).toBe(end)
  }
  goOn()
  await expect.poll(() => slow.seen.passed).toBe(end)
  expect(slow.got).toEqual(log.all.map(({ data }) => (data as { n: number }).n).filter((n) => n % 2 === 1))
  const opened = subscriptions.opened
  expect(opened).toBe(4)
  const last = await record(log, "thing-1", ...things(20_000, 2))
  await expect.poll(() => [slow.seen.passed, subscriptions.open]).toEqual([last, 1])
  expect(subscriptions.opened).toBe(opened)
  await Promise.all([fast.stop(), slow.stop()])
})

test("what begins after all have left is told everything", async () => {
  const { log, store } = sharing()
  await record(log, "thing-1", ...things(0, 4))
  const first = gather(store, ["Even"])
  await expect.poll(() => first.seen.caughtUp).toBe(true)
  await first.stop()
  await record(log, "thing-1", ...things(4, 4))
  const second = gather(store, ["Even"])
  await expect.poll(() => second.got).toEqual([0, 2, 4, 6])
  await second.stop()
})
