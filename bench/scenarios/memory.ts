import { setTimeout as sleep } from "node:timers/promises"
import { LIVE_MAX } from "../../src/commands/sale/live-sales.ts"
import { buyers } from "../harness/apis.ts"
import { memoryOf, PROBE } from "../harness/held.ts"
import { createSale } from "../harness/sale.ts"
import type { Row, Scenario } from "../harness/scenario.ts"
import { startServers } from "../harness/servers.ts"

const RESERVATIONS = 200_000
const STEPS = 5
const CONNECTIONS = 256
const LOOKS = 10
const LOOK_EVERY_MS = 500
const MB = 1e6

export const memory: Scenario = {
  name: "memory",
  title: "what the API holds after 200,000 reservations of one sale, and after that sale was let go",
  async run(bench) {
    const servers = await startServers(bench.own)
    const { url, server } = await servers.startProduct("api", PROBE)
    const { held, peakRss } = memoryOf(server)
    const { buy, prove } = buyers(bench, servers)
    const api = { url, secret: servers.secret }
    const buyMany = (requests: number, saleId?: string) =>
      buy({ connections: CONNECTIONS, urls: [url], until: { requests } }, saleId)

    await buyMany(20_000)
    const saleId = await createSale(api)
    const before = await held()
    const step = (RESERVATIONS * bench.scale) / STEPS
    const rates: number[] = []
    for (let n = 0; n < STEPS; n++) rates.push((await buyMany(step, saleId)).perSecond)
    const full = await held()
    const peak = peakRss()

    // As many are served at once, and the one that was used least is let go: of one more it is the sale in question.
    bench.tell(`${LIVE_MAX} other sales`)
    for (let n = 1; n < LIVE_MAX; n++) await createSale(api)
    const last = await held()
    await createSale(api)
    // It first finishes what it has queued; the least that is held in the seconds after it counts.
    const looks: number[] = []
    for (let n = 0; n < LOOKS; n++) {
      await sleep(LOOK_EVERY_MS)
      looks.push((await held()).live)
    }
    const givenBack = last.live - Math.min(...looks)
    await prove()

    const grown = full.live - before.live
    const value = (what: string, unit: string, number: number, atMost: number): Row => ({
      ...{ what, unit, ours: [number] },
      goals: [{ of: "value", atMost }],
    })
    return [
      value("alive after a collection", "MB", full.live / MB, 100),
      value("for each request id", "bytes", grown / (step * STEPS), 250),
      { ...value("resident", "MB", full.rss / MB, 300), seen: { "at most MB": peak / MB } },
      {
        ...{ what: `last ${step} orders to the first`, unit: "orders/s" },
        ...{ ours: [rates.at(-1)!], baseline: [rates[0]!] },
        goals: [{ of: "ratio", atLeast: 0.9 }],
      },
      {
        ...value("kept once the sale was let go", "MB", (grown - givenBack) / MB, 5),
        seen: { "grown by MB": grown / MB, "given back MB": givenBack / MB },
      },
    ]
  },
}
