import { SNAPSHOT_EVERY, snapshotStreamOf } from "../../src/commands/sale/snapshots.ts"
import type { SnapshotPart } from "../../src/domain/flash-sale.ts"
import { createEventStore } from "../../src/infra/event-store.ts"
import { buyers } from "../harness/apis.ts"
import { inTurn } from "../harness/rounds.ts"
import type { Scenario } from "../harness/scenario.ts"
import { seedSale } from "../harness/seed.ts"
import { startServers } from "../harness/servers.ts"

const CONNECTIONS = 256
/** A second's work: in less, one full collection shows more than the sale's size. */
const ORDERS = 15_000
const WARM_UP_SECONDS = 2

export const growth: Scenario = {
  name: "growth",
  title: "orders of a sale that has many already, against one that has 1,000",
  async run(bench) {
    const { own, rounds, scale, tell } = bench
    const servers = await startServers(own)
    const { url } = await servers.startProduct("api")
    const { buy, prove } = buyers(bench, servers)
    /** On another sale: after a pause and a full collection V8 has to make again what it had made of the code. */
    const warmUp = () => buy({ connections: CONNECTIONS, urls: [url], until: { seconds: WARM_UP_SECONDS } })

    let seeded = 0
    /** The first order makes the process fold the sale and load its gate; until that is done it is told to come back. */
    async function after(reservations: number): Promise<number> {
      const store = createEventStore({ url: servers.logUrl })
      const { saleId } = await seedSale(store, reservations).finally(store.close)
      seeded += reservations
      const first = () => buy({ connections: 1, urls: [url], until: { requests: 1 } }, saleId)
      while (!(await first()).answers["201"]);
      // A sale that came to them one by one has had its snapshots on the way, and writes none of so many rows at once.
      if (reservations >= SNAPSHOT_EVERY) await snapshotOf(servers.logUrl, saleId)
      await warmUp()
      return (await buy({ connections: CONNECTIONS, urls: [url], until: { requests: ORDERS } }, saleId))
        .perSecond
    }
    const many = 100_000 * scale
    tell(`1,000, 10,000 and ${many} reservations`)
    const measured = await inTurn(rounds, {
      few: () => after(1_000),
      more: () => after(10_000),
      many: () => after(many),
    })
    await prove(seeded)
    const goals = [{ of: "ratio", atLeast: 0.9 }] as const
    const unit = "orders/s"
    return [
      { what: "after 10,000", unit, ours: measured.more, baseline: measured.few, goals },
      { what: `after ${many}`, unit, ours: measured.many, baseline: measured.few, goals },
    ]
  },
}

/** Resolves once the log holds a whole snapshot of the sale. */
async function snapshotOf(logUrl: string, saleId: string): Promise<void> {
  const store = createEventStore({ url: logUrl })
  const stream = snapshotStreamOf(saleId)
  const ending = new AbortController()
  try {
    for await (const message of store.subscribeStream({ stream, signal: ending.signal })) {
      if (message.kind !== "event") continue
      const { part, parts } = message.event.data as SnapshotPart
      if (part === parts - 1) return
    }
  } finally {
    ending.abort()
    await store.close()
  }
}
