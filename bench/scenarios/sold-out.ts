import { startBare } from "../harness/bare.ts"
import { cpuMeter } from "../harness/cpu.ts"
import { tally } from "../harness/load.ts"
import { inTurn } from "../harness/rounds.ts"
import { createSale, ordersPath, proveTold } from "../harness/sale.ts"
import type { Scenario } from "../harness/scenario.ts"
import { startServers } from "../harness/servers.ts"

const CONNECTIONS = 256
const CUPS = 100

export const soldOut: Scenario = {
  name: "sold-out",
  title: "refusals of a sold-out sale, against the bare route with one constant answer",
  async run(bench) {
    const { own, load, rounds, seconds } = bench
    const servers = await startServers(own)
    const { secret } = servers
    const { url, server } = await servers.startProduct("api")
    const bare = await startBare(bench, servers, { kind: "sold_out" })
    const [ourCpu, bareCpu] = [cpuMeter(server.pid), bare.meter()]
    const saleId = await createSale({ url, secret }, CUPS)
    const { add, ...told } = tally()
    const job = { path: ordersPath(saleId), connections: CONNECTIONS, secret, urls: [url] }
    add(await load.call({ ...job, warmUpSeconds: 0, until: { requests: 10_000 } }))
    await bare.ask(CONNECTIONS)

    const ask = () => load.call({ ...job, warmUpSeconds: seconds / 4, until: { seconds } })
    const { ours, baseline } = await inTurn(rounds, {
      ours: async () => add(await ourCpu.during(ask)).perSecond,
      baseline: () => bare.ask(CONNECTIONS, bareCpu),
    })

    const sold = await proveTold(servers.logUrl, [saleId], told, { refusals: ["sold_out"] })
    if (sold !== CUPS) throw new Error(`${sold} of ${CUPS} cups were sold`)
    return [
      {
        what: `${CONNECTIONS} connections`,
        unit: "refusals/s",
        ...{ ours, baseline },
        goals: [{ of: "ratio", atLeast: 0.95 }],
        seen: { "µs/answer": ourCpu.microsPerAnswer(), "bare µs/answer": bareCpu.microsPerAnswer() },
      },
    ]
  },
}
