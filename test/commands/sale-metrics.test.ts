import { Registry } from "prom-client"
import { expect, it } from "vitest"
import { GateUnavailable } from "../../src/commands/ports/gate.ts"
import type { LiveSale } from "../../src/commands/sale/live-sale.ts"
import { measureSales, observeGroups } from "../../src/commands/sale/metrics.ts"
import { saleWorld } from "../support/sale-world.ts"
import { SALE_ID } from "../support/scenario.ts"

const LOOK_MS = 1_000

/** The samples of a sale, by name, without the help. */
function scrape(live: () => readonly LiveSale[]) {
  const registry = new Registry()
  measureSales(registry, { all: live })
  return async () =>
    Object.fromEntries(
      (await registry.metrics())
        .split("\n")
        .filter((line) => line.includes(`{sale="${SALE_ID}"}`))
        .map((line) => [line.slice(0, line.indexOf("{")), Number(line.split(" ").at(-1))]),
    )
}

it("tells a sale's gate, permits and lags, and nothing of one that was let go", async () => {
  const world = await saleWorld({ stock: 3 })
  const { live, buy, stop } = await world.process()
  let served: LiveSale[] = [live]
  const samples = scrape(() => served)
  expect(await samples()).toEqual({
    sale_fold_lag_seconds: 0,
    sale_append_silent_seconds: 0,
    sale_oversold_units: 0,
  })

  const bought = buy("ann")
  await world.clock.advance(LOOK_MS)
  expect(await bought).toMatchObject({ kind: "accepted" })
  await world.clock.advance(2 * LOOK_MS)
  expect(await samples()).toMatchObject({
    sale_gate_loaded: 1,
    sale_gate_epoch: 1,
    sale_permits_pending: 0,
    sale_gate_lag_events: 0,
  })

  await world.gate.reserve(SALE_ID, { requestId: "bob:k", userId: "bob", quantity: 1, payloadHash: "h" })
  await world.clock.advance(LOOK_MS)
  expect((await samples()).sale_permits_pending).toBe(1)

  served = []
  expect(await samples()).toEqual({})
  await stop()
})

it("a gate that does not answer is not there, which is not the same as one that holds nothing", async () => {
  const world = await saleWorld()
  let away = false
  const { live, buy, stop } = await world.process({
    gate: {
      look(saleId) {
        if (away) return Promise.reject(new GateUnavailable("away"))
        return world.gate.look(saleId)
      },
      // The rebuild is not to be faster than the test.
      async claim(saleId, token, epoch) {
        return away ? { kind: "busy" } : world.gate.claim(saleId, token, epoch)
      },
    },
  })
  const samples = scrape(() => [live])
  const bought = buy("ann")
  await world.clock.advance(3 * LOOK_MS)
  await bought
  expect((await samples()).sale_gate_loaded).toBe(1)
  away = true
  await world.clock.advance(2 * LOOK_MS)
  expect(Object.keys(await samples()).filter((name) => name.includes("gate"))).toEqual([])
  await stop()
})

it("a fold that lacks events of which its gate knows lags for as long as it lacks them", async () => {
  const world = await saleWorld()
  const fast = await world.process()
  let silent = false
  const slow = await world.process({
    store: {
      readStream: (...asked) => (silent ? nothing() : world.log.readStream(...asked)),
      // What it hears it hears by looking.
      subscribeStream: () => nothing(),
    },
  })
  const samples = scrape(() => [slow.live])
  await world.clock.advance(2 * LOOK_MS)
  silent = true
  const bought = fast.buy("ann")
  await world.clock.advance(4 * LOOK_MS)
  await bought
  expect((await samples()).sale_fold_lag_seconds).toBeGreaterThan(1)
  silent = false
  await world.clock.advance(2 * LOOK_MS)
  expect((await samples()).sale_fold_lag_seconds).toBe(0)
  await Promise.all([fast.stop(), slow.stop()])
})

it("observes each group once, with its size, and each lost place", async () => {
  const world = await saleWorld({ stock: 100 })
  const registry = new Registry()
  const observer = observeGroups(registry)
  const { buy, stop } = await world.process({}, observer)
  const bought = Array.from({ length: 20 }, (_, n) => buy(`u${n}`))
  await world.clock.advance(2 * LOOK_MS)
  await Promise.all(bought)
  const text = await registry.metrics()
  // The fence of the gate's first load, and the 20.
  expect(text).toContain("sale_group_events_sum 21")
  const groups = Number(/sale_group_events_count (\d+)/.exec(text)?.[1])
  expect(groups).toBeLessThan(10)
  expect(text).toContain(`sale_append_seconds_count ${groups}`)
  expect(text).toContain("sale_append_conflicts_total 0")
  await stop()
})

async function* nothing(): AsyncGenerator<never> {}
