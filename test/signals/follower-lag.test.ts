import { Registry } from "prom-client"
import { afterAll, beforeAll, expect, it } from "vitest"
import { saveCheckpoint } from "../../src/projections/checkpoint.ts"
import { measureAtScrape } from "../../src/signals/at-scrape.ts"
import { createFollowerLags } from "../../src/signals/follower-lag.ts"
import { createMemoryLog } from "../support/memory-log.ts"
import { openReadModels, type ReadModels, record } from "../support/read-side.ts"
import { createVirtualClock } from "../support/virtual-clock.ts"

let models: ReadModels
beforeAll(async () => {
  models = await openReadModels()
})
afterAll(() => models.close())

const RELAY = { name: "relay", filter: { streamPrefixes: ["order-"] } }
const PROJECTOR = { name: "read-models", filter: { eventTypes: ["Paid", "Poured"] } }
const event = (type: string) => ({ type, data: {} })

it("is the age of the oldest event of interest that is not done, whoever should do it", async () => {
  const clock = createVirtualClock(1_000_000)
  const log = createMemoryLog(clock.now)
  const read = createFollowerLags({ db: models.db, store: log, clock }, [RELAY, PROJECTOR])
  const lags = async () => Object.fromEntries(await read())
  expect(await lags()).toEqual({ relay: 0, "read-models": 0 })

  const first = await record(log, "order-1", event("Paid"))
  await clock.advance(5_000)
  const second = await record(log, "dish-1", event("Poured"))
  await clock.advance(2_000)
  expect(await lags()).toEqual({ relay: 7, "read-models": 7 })

  await saveCheckpoint(models.db, "relay", first)
  await saveCheckpoint(models.db, "read-models", first)
  // What is left is nothing to the relay.
  expect(await lags()).toEqual({ relay: 0, "read-models": 2 })

  await saveCheckpoint(models.db, "read-models", second)
  expect(await lags()).toEqual({ relay: 0, "read-models": 0 })
})

it("looks through what is of no interest to a follower once, however often it is asked", async () => {
  const clock = createVirtualClock(1_000_000)
  const log = createMemoryLog(clock.now)
  const begun: (bigint | undefined)[] = []
  const subscribeAll: typeof log.subscribeAll = (options) => {
    begun.push(options.after)
    return log.subscribeAll(options)
  }
  const name = "shy"
  const filter = { eventTypes: ["Rare"] }
  const read = createFollowerLags({ db: models.db, store: { ...log, subscribeAll }, clock }, [
    { name, filter },
  ])
  const lag = async () => (await read()).get(name)

  await record(log, "dish-1", event("Often"))
  const passed = await record(log, "dish-1", event("Often"))
  expect(await lag()).toBe(0)
  const rare = await record(log, "dish-1", event("Rare"))
  const next = await record(log, "dish-1", event("Rare"))
  await clock.advance(2_000)
  expect([await lag(), await lag()]).toEqual([2, 2])
  expect(begun).toEqual([undefined, passed])

  await saveCheckpoint(models.db, name, rare)
  await clock.advance(1_000)
  expect(await lag()).toBe(3)
  expect(begun).toEqual([undefined, passed, rare])
  await saveCheckpoint(models.db, name, next)
  expect(await lag()).toBe(0)
})

it("a reading that fails, or does not come, is not a number", async () => {
  const clock = createVirtualClock(0)
  const registry = new Registry()
  let read: () => Promise<ReadonlyMap<string, number>> = async () => new Map([["a", 0]])
  const reading = { name: "lag", help: "h", label: "of", values: ["a", "b"] }
  measureAtScrape(registry, clock, { ...reading, read: () => read() })
  expect(await registry.metrics()).toMatch(/lag\{of="a"\} 0\nlag\{of="b"\} Nan\n/)

  read = () => Promise.reject(new Error("away"))
  expect(await registry.metrics()).toMatch(/lag\{of="a"\} Nan\nlag\{of="b"\} Nan\n/)

  const hung = Promise.withResolvers<ReadonlyMap<string, number>>()
  let asked = 0
  read = () => {
    asked += 1
    return hung.promise
  }
  const scrapes = [registry.metrics(), registry.metrics()]
  await clock.advance(2_000)
  for (const text of await Promise.all(scrapes)) expect(text).toContain('lag{of="a"} Nan')
  expect(asked).toBe(1)
  hung.resolve(new Map([["a", 3]]))
  expect(await registry.metrics()).toContain('lag{of="a"} 3')
})
