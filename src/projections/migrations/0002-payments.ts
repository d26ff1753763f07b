import type { Migration } from "kysely"

// One statement a migration, as in the first ones.

export const payments: Record<string, Migration> = {
  "0011-orders-cancel-reason": {
    up: (db) => db.schema.alterTable("orders").addColumn("cancel_reason", "varchar(20)").execute(),
  },
  "0012-orders-by-sale-and-status": {
    up: (db) =>
      db.schema
        .createIndex("orders_by_sale_and_status")
        .on("orders")
        .columns(["sale_id", "status", "created_at_ms", "id"])
        .execute(),
  },
  "0013-orders-due": {
    up: (db) =>
      db.schema.createIndex("orders_due").on("orders").columns(["status", "pay_by_ms", "id"]).execute(),
  },
  "0014-payments": {
    up: (db) =>
      db.schema
        .createTable("payments")
        .addColumn("id", "varchar(64)", (column) => column.primaryKey())
        .addColumn("order_id", "varchar(64)", (column) => column.notNull())
        .addColumn("user_id", "varchar(64)", (column) => column.notNull())
        .addColumn("amount_fen", "bigint", (column) => column.notNull())
        .addColumn("method", "varchar(64)", (column) => column.notNull())
        .addColumn("captures", "integer", (column) => column.notNull())
        .addColumn("failures", "integer", (column) => column.notNull())
        .addColumn("refunds_requested", "integer", (column) => column.notNull())
        .addColumn("refunds_succeeded", "integer", (column) => column.notNull())
        .addColumn("created_at_ms", "bigint", (column) => column.notNull())
        .execute(),
  },
  "0015-refunds": {
    up: (db) =>
      db.schema
        .createTable("refunds")
        .addColumn("id", "varchar(64)", (column) => column.primaryKey())
        .addColumn("payment_id", "varchar(64)", (column) => column.notNull())
        .addColumn("order_id", "varchar(64)", (column) => column.notNull())
        .addColumn("transaction_id", "varchar(200)", (column) => column.notNull())
        .addColumn("amount_fen", "bigint", (column) => column.notNull())
        .addColumn("reason", "varchar(20)", (column) => column.notNull())
        .addColumn("status", "varchar(20)", (column) => column.notNull())
        .addColumn("attempts", "integer", (column) => column.notNull())
        .addColumn("retry_at_ms", "bigint")
        .addColumn("created_at_ms", "bigint", (column) => column.notNull())
        .execute(),
  },
  "0016-refunds-due": {
    up: (db) =>
      db.schema.createIndex("refunds_due").on("refunds").columns(["status", "retry_at_ms", "id"]).execute(),
  },
}
