import { type Migration, Migrator } from "kysely"
import type { Db } from "./database.ts"
import { salesAndOrders } from "./migrations/0001-sales-and-orders.ts"
import { payments } from "./migrations/0002-payments.ts"
import { notifications } from "./migrations/0003-notifications.ts"
import { parkedMessages } from "./migrations/0004-parked-messages.ts"
import { webhookDeliveries } from "./migrations/0005-webhook-deliveries.ts"
import { openSales } from "./migrations/0006-open-sales.ts"

const migrations: Record<string, Migration> = {
  ...salesAndOrders,
  ...payments,
  ...notifications,
  ...parkedMessages,
  ...webhookDeliveries,
  ...openSales,
}

/** Brings the tables to what this code expects; does nothing when they are so already. Throws if it cannot. */
export async function migrate(db: Db): Promise<void> {
  const steps = Object.entries(migrations).map(([name, migration]) => [name, repeatable(migration)])
  const provider = { getMigrations: async () => Object.fromEntries(steps) as Record<string, Migration> }
  const { error } = await new Migrator({ db, provider }).migrateToLatest()
  if (error) throw error
}

/** MySQL keeps a statement at once: after a crash it may be done and not yet noted down as done. */
const repeatable = ({ up }: Migration): Migration => ({
  up: (db) =>
    up(db).catch((cause) => {
      if (!doneBefore.has(cause?.code)) throw cause
    }),
})

const doneBefore = new Set(["ER_TABLE_EXISTS_ERROR", "ER_DUP_FIELDNAME", "ER_DUP_KEYNAME"])
