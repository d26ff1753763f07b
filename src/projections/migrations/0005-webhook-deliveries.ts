import type { Migration } from "kysely"

// One statement a migration, as in the first ones.

export const webhookDeliveries: Record<string, Migration> = {
  "0021-webhook-deliveries": {
    up: (db) =>
      db.schema
        .createTable("webhook_deliveries")
        .addColumn("id", "varchar(64)", (column) => column.primaryKey())
        .addColumn("status", "varchar(20)", (column) => column.notNull())
        .addColumn("attempts", "integer", (column) => column.notNull())
        .addColumn("next_attempt_at_ms", "bigint", (column) => column.notNull())
        .addColumn("created_at_ms", "bigint", (column) => column.notNull())
        .execute(),
  },
  "0022-webhook-deliveries-due": {
    up: (db) =>
      db.schema
        .createIndex("webhook_deliveries_due")
        .on("webhook_deliveries")
        .columns(["status", "next_attempt_at_ms", "id"])
        .execute(),
  },
  "0023-webhook-deliveries-by-age": {
    up: (db) =>
      db.schema
        .createIndex("webhook_deliveries_by_age")
        .on("webhook_deliveries")
        .columns(["status", "created_at_ms"])
        .execute(),
  },
}
