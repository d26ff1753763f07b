import { buyers } from "../harness/apis.ts"
import { startBare } from "../harness/bare.ts"
import { inTurn } from "../harness/rounds.ts"
import type { Scenario } from "../harness/scenario.ts"
import { startServers } from "../harness/servers.ts"

const CONNECTIONS = 256
/**
 * Ten times what the other design sold when it was measured apart, 700 a second. The ratio of one run has no goal: the other one waits
 * for the disk and ours for the processor, so it tells how one machine's disk compares with its processor.
 */
const GOALS = [{ of: "value", atLeast: 7_000 }] as const

export const oneLock: Scenario = {
  name: "one-lock",
  title:
    "orders, against the design of one lock a sale, a script in Redis and a transaction in MariaDB before the answer",
  async run(bench) {
    const servers = await startServers(bench.own)
    // An order that was confirmed must survive a power cut, on both sides.
    await servers.sql("set global innodb_flush_log_at_trx_commit = 1")
    const { url } = await servers.startProduct("api")
    const bare = await startBare(bench, servers, { kind: "one_lock", ...servers })
    const { buy, prove } = buyers(bench, servers)
    await buy({ connections: CONNECTIONS, urls: [url] })
    await bare.ask(CONNECTIONS)

    const { ours, baseline } = await inTurn(bench.rounds, {
      ours: async () => (await buy({ connections: CONNECTIONS, urls: [url] })).perSecond,
      baseline: () => bare.ask(CONNECTIONS),
    })
    await prove()
    return [{ what: `${CONNECTIONS} connections`, unit: "orders/s", ours, baseline, goals: GOALS }]
  },
}
