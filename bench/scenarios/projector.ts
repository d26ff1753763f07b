import { createEventStore } from "../../src/infra/event-store.ts"
import { startTestLogServer } from "../../test/support/log-server.ts"
import { startTestMariaDb } from "../../test/support/mariadb.ts"
import { startChild } from "../harness/child.ts"
import { inTurn } from "../harness/rounds.ts"
import type { Scenario } from "../harness/scenario.ts"
import { seedSale } from "../harness/seed.ts"
import type { Rebuild } from "../tasks/rebuild.ts"

const EVENTS = 200_000

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

    const { ours, baseline } = await inTurn(rounds, {
      async ours() {
        await mariadb.sql("drop database hash_coffee")
        await mariadb.sql("create database hash_coffee")
        const seconds = await work.call({ logUrl, mysqlUrl: mariadb.url, end })
        const [row] = await mariadb.sql("select count(*) as orders from hash_coffee.orders")
        if (row?.orders !== events) throw new Error(`${row?.orders} orders of ${events} reservations`)
        return events / seconds
      },
      baseline: async () => events / (await work.call({ logUrl, end })),
    })
    const goals = [{ of: "ratio", atLeast: 0.5 }] as const
    return [{ what: `${events} events`, unit: "events/s", ours, baseline, goals }]
  },
}
