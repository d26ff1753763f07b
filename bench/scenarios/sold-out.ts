import type { BareRoute } from "../baseline/bare-route.ts"
import { startChild } from "../harness/child.ts"
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
  async run({ own, load, rounds, seconds }) {
    const { secret, logUrl, startProduct } = await startServers(own)
    const { url, server } = await startProduct("api")
    const bare = own(startChild<BareRoute, string>(new URL("../baseline/bare-route.ts", import.meta.url)))
    const bareUrl = await bare.call({ secret, behind: { kind: "sold_out" } })
    const saleId = await createSale({ url, secret }, CUPS)
    const job = {
      ...{ path: ordersPath(saleId), connections: CONNECTIONS, secret },
      ...{ warmUpSeconds: seconds / 4, until: { seconds } },
    }
    const { add, ...told } = tally()
    const [ourCpu, bareCpu] = [cpuMeter(server.pid), cpuMeter(bare.pid)]
    add(await load.call({ ...job, urls: [url], until: { requests: 5_000 } }))

    const { ours, baseline } = await inTurn(rounds, {
      ours: async () => add(await ourCpu.during(() => load.call({ ...job, urls: [url] }))).perSecond,
      baseline: async () => (await bareCpu.during(() => load.call({ ...job, urls: [bareUrl] }))).perSecond,
    })

    await proveTold(logUrl, [saleId], told, ["sold_out"])
    if (told.answers["201"] !== CUPS) throw new Error(`${told.answers["201"]} of ${CUPS} cups were sold`)
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
