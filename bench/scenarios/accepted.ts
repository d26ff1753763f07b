import type { BareRoute } from "../baseline/bare-route.ts"
import { startChild } from "../harness/child.ts"
import { cpuMeter } from "../harness/cpu.ts"
import { tally } from "../harness/load.ts"
import { inTurn } from "../harness/rounds.ts"
import { createSale, ordersPath, proveTold } from "../harness/sale.ts"
import type { Row, Scenario } from "../harness/scenario.ts"
import { startServers } from "../harness/servers.ts"

type Cpu = ReturnType<typeof cpuMeter>

const GOALS = [
  { connections: 256, atLeast: 0.6 },
  { connections: 64, atLeast: 0.5 },
]

export const accepted: Scenario = {
  name: "accepted",
  title:
    "orders, durable in the log before their 201, against the bare route with one EVALSHA of the gate's script",
  async run({ own, load, rounds, seconds, tell }) {
    const { secret, logUrl, redisUrl, startProduct } = await startServers(own)
    const { url, server } = await startProduct("api")
    const bare = own(startChild<BareRoute, string>(new URL("../baseline/bare-route.ts", import.meta.url)))
    const bareUrl = await bare.call({ secret, behind: { kind: "reserve", redisUrl } })
    const bareSaleId = crypto.randomUUID()
    const { add, ...told } = tally()
    const saleIds: string[] = []
    const stretch = { secret, warmUpSeconds: seconds / 4, until: { seconds } }

    /** Each round on a sale of its own, so that none is longer than another. */
    async function order(connections: number, cpu: Cpu): Promise<number> {
      const saleId = await createSale({ url, secret })
      saleIds.push(saleId)
      const job = { ...stretch, path: ordersPath(saleId), connections, urls: [url] }
      return add(await cpu.during(() => load.call(job))).perSecond
    }
    async function orderBare(connections: number, cpu: Cpu): Promise<number> {
      const job = { ...stretch, path: ordersPath(bareSaleId), connections, urls: [bareUrl] }
      return (await cpu.during(() => load.call(job))).perSecond
    }

    const rows: Row[] = []
    const meters = () => [cpuMeter(server.pid), cpuMeter(bare.pid)] as const
    const [warmUp, bareWarmUp] = meters()
    await inTurn(1, { ours: () => order(256, warmUp), baseline: () => orderBare(256, bareWarmUp) })
    for (const { connections, atLeast } of GOALS) {
      tell(`${connections} connections`)
      const [cpu, bareCpu] = meters()
      const { ours, baseline } = await inTurn(rounds, {
        ours: () => order(connections, cpu),
        baseline: () => orderBare(connections, bareCpu),
      })
      rows.push({
        what: `${connections} connections`,
        unit: "orders/s",
        ...{ ours, baseline },
        goals: [{ of: "ratio", atLeast }],
        seen: { "µs/order": cpu.microsPerAnswer(), "bare µs/order": bareCpu.microsPerAnswer() },
      })
    }
    await proveTold(logUrl, saleIds, told)
    return rows
  },
}
