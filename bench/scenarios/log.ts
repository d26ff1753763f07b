import { createEventStore } from "../../src/infra/event-store.ts"
import { startTestLogServer } from "../../test/support/log-server.ts"
import { startChild } from "../harness/child.ts"
import { inTurn } from "../harness/rounds.ts"
import type { Goal, Row, Scenario } from "../harness/scenario.ts"
import { THROUGH, type Through } from "../harness/through.ts"
import type { Appended, Appends } from "../tasks/append.ts"

/**
 * The ratio is asked of the events through the client as it comes, the rate of the product, which goes past the client's
 * slow encoder. The product's ratio has no goal, as what makes its adapter faster makes the other side faster too. The largest
 * groups are few in a round and scatter most, as the disk does with 200 KB: they have so many `times` the rounds.
 */
const GOALS = [
  { group: 1, ratio: 0.22, perSecond: 1_200, times: 1 },
  { group: 10, ratio: 0.3, perSecond: 8_000, times: 1 },
  { group: 100, ratio: 0.65, perSecond: 35_000, times: 1 },
  { group: 500, ratio: 0.85, perSecond: 40_000, times: 3 },
]

export const log: Scenario = {
  name: "log",
  title: "events into one stream of the embedded log, durable, against a server that only acknowledges",
  async run({ own, rounds, tell, ...bench }) {
    // Nothing grows warm here but the client: less time tells as much.
    const seconds = bench.seconds / 2
    const { url } = own(await startTestLogServer())
    const acknowledging = own(
      startChild<null, string>(new URL("../baseline/acknowledge.ts", import.meta.url)),
    )
    const bareUrl = await acknowledging.call(null)
    const client = own(startChild<Appends, Appended>(new URL("../tasks/append.ts", import.meta.url)))
    await client.call({ logUrl: bareUrl, through: "client", group: 100, seconds: 2 })

    const written: Appended[] = []
    async function row(group: number, times: number, through: Through, goal: Goal): Promise<Row> {
      tell(`groups of ${group} ${THROUGH[through]}`)
      const { ours, baseline } = await inTurn(times * rounds, {
        async ours() {
          const appended = await client.call({ logUrl: url, through, group, seconds })
          written.push(appended)
          return appended.perSecond
        },
        baseline: async () => (await client.call({ logUrl: bareUrl, through, group, seconds })).perSecond,
      })
      return {
        what: `groups of ${group} ${THROUGH[through]}`,
        unit: "events/s",
        ours,
        baseline,
        goals: [goal],
      }
    }

    const rows: Row[] = []
    for (const { group, ratio, perSecond, times } of GOALS) {
      rows.push(await row(group, times, "client", { of: "ratio", atLeast: ratio }))
      rows.push(await row(group, times, "adapter", { of: "value", atLeast: perSecond }))
    }
    await prove(url, written)
    return rows
  },
}

/** Every event that was acknowledged is there, once. */
async function prove(url: string, written: readonly Appended[]): Promise<void> {
  const store = createEventStore({ url })
  try {
    for (const { stream, events } of written)
      for await (const { revision } of store.readStream(stream, { direction: "backwards", limit: 1 }))
        if (revision !== BigInt(events - 1))
          throw new Error(`${stream} ends at ${revision}; ${events} events were acknowledged`)
  } finally {
    await store.close()
  }
}
