import { createEventStore } from "../../src/infra/event-store.ts"
import { startTestLogServer } from "../../test/support/log-server.ts"
import { startTestMariaDb } from "../../test/support/mariadb.ts"
import { startChild } from "../harness/child.ts"
import { inTurn } from "../harness/rounds.ts"
import type { Scenario } from "../harness/scenario.ts"
import { seedSale } from "../harness/seed.ts"
import { THROUGH } from "../harness/through.ts"
import type { Rebuild } from "../tasks/rebuild.ts"

const EVENTS = 200_000

/**
 * The ratio is asked of reading through the client as it comes, which makes objects of what it reads as the projector must;
 * through the product's adapter, what nobody asks for stays bytes.
 */
export const projector: Scenario = {
  name: "projector",
  title: "rebuilding the orders in MariaDB from reservations, against reading them and dropping them",
  async run({ own, rounds, scale, tell }) {
    const events = EVENTS * scale
    const { url: logUrl } = own(await startTestLogServer())
    const mariadb = own(await startTestMariaDb())
    tell(`${events} reservations`)
    const store = createEventStore({ url: logUrl })
    const { position } = await seedSale(store, events).finally(store.close)
    const end = `${position}`
    const work = own(startChild<Rebuild, number>(new URL("../tasks/rebuild.ts", import.meta.url)))

    const { ours, client, adapter } = await inTurn(rounds, {
      async ours() {
        await mariadb.sql("drop database hash_coffee")
        await mariadb.sql("create database hash_coffee")
        const seconds = await work.call({ logUrl, through: "adapter", mysqlUrl: mariadb.url, end })
        const [row] = await mariadb.sql("select count(*) as orders from hash_coffee.orders")
        if (row?.orders !== events) throw new Error(`${row?.orders} orders of ${events} reservations`)
        return events / seconds
      },
      client: async () => events / (await work.call({ logUrl, through: "client", end })),
      adapter: async () => events / (await work.call({ logUrl, through: "adapter", end })),
    })
    const goals = [{ of: "ratio", atLeast: 0.5 }] as const
    const row = { unit: "events/s", ours }
    return [
      { ...row, what: `${events} events, read ${THROUGH.client}`, baseline: client, goals },
      { ...row, what: `${events} events, read ${THROUGH.adapter}`, baseline: adapter, goals: [] },
    ]
  },
}
