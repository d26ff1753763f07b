import { buyers } from "../harness/apis.ts"
import { median } from "../harness/rounds.ts"
import type { Scenario } from "../harness/scenario.ts"
import { startServers } from "../harness/servers.ts"
import type { Loaded } from "../load/job.ts"

/** More than are ever busy at once: what is due waits for the server, never for the client. */
const CONNECTIONS = 512
const PEAK_CONNECTIONS = 256
const SHARE = 0.7
/**
 * Each round is of the peak that was measured right before it: of one that no longer is, the load would be another share. They scatter
 * with the full collections that fall into them, so there are two for each round of other scenarios.
 */
const ROUNDS = 2

export const latency: Scenario = {
  name: "latency",
  title: `time to the 201 at ${100 * SHARE} % of the peak rate, from the moment a request was due (open loop)`,
  async run(bench) {
    const servers = await startServers(bench.own)
    const { url } = await servers.startProduct("api")
    const { buy, warmUp, prove } = buyers(bench, servers)
    await warmUp({ connections: PEAK_CONNECTIONS, urls: [url] })

    const rates: number[] = []
    const seen: Loaded["latencyMs"][] = []
    for (let round = 0; round < ROUNDS * bench.rounds; round++) {
      const peak = await buy({ connections: PEAK_CONNECTIONS, urls: [url] })
      const perSecond = SHARE * peak.perSecond
      rates.push(perSecond)
      seen.push((await buy({ connections: CONNECTIONS, urls: [url], perSecond })).latencyMs)
    }
    await prove()
    return [
      {
        what: `p99 at ${Math.round(median(rates))} orders/s`,
        unit: "ms",
        ours: seen.map(({ p99 }) => p99),
        goals: [{ of: "value", atMost: 40 }],
        seen: {
          "p50 ms": median(seen.map(({ p50 }) => p50)),
          "p99.9 ms": median(seen.map(({ p999 }) => p999)),
        },
      },
    ]
  },
}
