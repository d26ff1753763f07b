import { buyers } from "../harness/apis.ts"
import { startBare } from "../harness/bare.ts"
import { cpuMeter } from "../harness/cpu.ts"
import { inTurn } from "../harness/rounds.ts"
import type { Row, Scenario } from "../harness/scenario.ts"
import { startServers } from "../harness/servers.ts"

const GOALS = [
  { connections: 256, atLeast: 0.6 },
  { connections: 64, atLeast: 0.5 },
]

export const accepted: Scenario = {
  name: "accepted",
  title:
    "orders, durable in the log before their 201, against the bare route with one EVALSHA of the gate's script",
  async run(bench) {
    const servers = await startServers(bench.own)
    const { url, server } = await servers.startProduct("api")
    const bare = await startBare(bench, servers, { kind: "reserve", redisUrl: servers.redisUrl })
    const { buy, prove } = buyers(bench, servers)
    await buy({ connections: 256, urls: [url] })
    await bare.ask(256)

    const rows: Row[] = []
    for (const { connections, atLeast } of GOALS) {
      bench.tell(`${connections} connections`)
      const [cpu, bareCpu] = [cpuMeter(server.pid), bare.meter()]
      const { ours, baseline } = await inTurn(bench.rounds, {
        ours: async () => (await buy({ connections, urls: [url], cpu })).perSecond,
        baseline: () => bare.ask(connections, bareCpu),
      })
      rows.push({
        what: `${connections} connections`,
        unit: "orders/s",
        ...{ ours, baseline },
        goals: [{ of: "ratio", atLeast }],
        seen: { "µs/order": cpu.microsPerAnswer(), "bare µs/order": bareCpu.microsPerAnswer() },
      })
    }
    await prove()
    return rows
  },
}
