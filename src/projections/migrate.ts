import { Migrator } from "kysely"
import type { Db } from "./database.ts"
import { salesAndOrders } from "./migrations/0001-sales-and-orders.ts"
import { payments } from "./migrations/0002-payments.ts"
import { notifications } from "./migrations/0003-notifications.ts"

/** Brings the tables to what this code expects; does nothing when they are so already. Throws if it cannot. */
export async function migrate(db: Db): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...salesAndOrders, ...payments, ...notifications }) },
  })
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
}
