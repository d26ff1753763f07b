import { buyers } from "../harness/apis.ts"
import { inTurn } from "../harness/rounds.ts"
import type { Row, Scenario } from "../harness/scenario.ts"
import { startServers } from "../harness/servers.ts"

const GOALS = [
  { connections: 256, atLeast: 0.9 },
  { connections: 128, atLeast: 0.8 },
]

/** Its rounds scatter most, by a tenth and more: it has so many for each round of the others. */
const ROUNDS = 3

export const twoProcesses: Scenario = {
  name: "two-processes",
  title: "orders of one sale through two API processes, against one",
  async run(bench) {
    const servers = await startServers(bench.own)
    const { url } = await servers.startProduct("api")
    const { url: second } = await servers.startProduct("api")
    const { buy, warmUp, prove } = buyers(bench, servers)
    // Beside one process V8 compiles on a core that is free, beside two it takes from the buyers.
    await warmUp({ connections: 256, urls: [url, second] })

    const rows: Row[] = []
    for (const { connections, atLeast } of GOALS) {
      bench.tell(`${connections} connections`)
      const { ours, baseline } = await inTurn(ROUNDS * bench.rounds, {
        ours: async () => (await buy({ connections, urls: [url, second] })).perSecond,
        baseline: async () => (await buy({ connections, urls: [url] })).perSecond,
      })
      const goals = [{ of: "ratio", atLeast }] as const
      rows.push({ what: `${connections} connections`, unit: "orders/s", ours, baseline, goals })
    }
    await prove()
    return rows
  },
}
