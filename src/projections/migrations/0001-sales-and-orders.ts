import type { Migration } from "kysely"

// One statement a migration: MySQL commits each at once, so that a half of two could not be taken back. Positions
// are decimal texts, for they may pass 2^53; milliseconds and fen do not.

export const salesAndOrders: Record<string, Migration> = {
  "0001-checkpoints": {
    up: (db) =>
      db.schema
        .createTable("checkpoints")
        .addColumn("name", "varchar(64)", (column) => column.primaryKey())
        .addColumn("position", "varchar(20)", (column) => column.notNull())
        .execute(),
  },
  "0002-dishes": {
    up: (db) =>
      db.schema
        .createTable("dishes")
        .addColumn("id", "varchar(64)", (column) => column.primaryKey())
        .addColumn("name", "varchar(200)", (column) => column.notNull())
        .addColumn("description", "varchar(2000)")
        .addColumn("price_fen", "bigint", (column) => column.notNull())
        .addColumn("on_sale", "smallint", (column) => column.notNull())
        .addColumn("created_at_ms", "bigint", (column) => column.notNull())
        .execute(),
  },
  "0003-dishes-by-age": {
    up: (db) =>
      db.schema.createIndex("dishes_by_age").on("dishes").columns(["created_at_ms", "id"]).execute(),
  },
  "0004-flash-sales": {
    up: (db) =>
      db.schema
        .createTable("flash_sales")
        .addColumn("id", "varchar(36)", (column) => column.primaryKey())
        .addColumn("title", "varchar(200)", (column) => column.notNull())
        .addColumn("dish_id", "varchar(64)")
        .addColumn("store_id", "varchar(64)")
        .addColumn("price_fen", "bigint", (column) => column.notNull())
        .addColumn("capacity", "bigint", (column) => column.notNull())
        .addColumn("per_user_limit", "integer", (column) => column.notNull())
        .addColumn("starts_at_ms", "bigint", (column) => column.notNull())
        .addColumn("ends_at_ms", "bigint", (column) => column.notNull())
        .addColumn("payment_window_seconds", "integer", (column) => column.notNull())
        .addColumn("paused", "smallint", (column) => column.notNull())
        .addColumn("closed", "smallint", (column) => column.notNull())
        .addColumn("held", "bigint", (column) => column.notNull())
        .addColumn("sold", "bigint", (column) => column.notNull())
        .addColumn("created_at_ms", "bigint", (column) => column.notNull())
        .execute(),
  },
  "0005-flash-sales-by-age": {
    up: (db) =>
      db.schema
        .createIndex("flash_sales_by_age")
        .on("flash_sales")
        .columns(["created_at_ms", "id"])
        .execute(),
  },
  "0006-orders": {
    up: (db) =>
      db.schema
        .createTable("orders")
        .addColumn("id", "varchar(64)", (column) => column.primaryKey())
        .addColumn("sale_id", "varchar(36)", (column) => column.notNull())
        .addColumn("user_id", "varchar(64)", (column) => column.notNull())
        .addColumn("quantity", "integer", (column) => column.notNull())
        .addColumn("unit_price_fen", "bigint", (column) => column.notNull())
        .addColumn("amount_fen", "bigint", (column) => column.notNull())
        .addColumn("status", "varchar(20)", (column) => column.notNull())
        .addColumn("created_at_ms", "bigint", (column) => column.notNull())
        .addColumn("pay_by_ms", "bigint", (column) => column.notNull())
        .execute(),
  },
  "0007-orders-by-user": {
    up: (db) =>
      db.schema
        .createIndex("orders_by_user")
        .on("orders")
        .columns(["user_id", "created_at_ms", "id"])
        .execute(),
  },
  "0008-orders-by-sale": {
    up: (db) =>
      db.schema
        .createIndex("orders_by_sale")
        .on("orders")
        .columns(["sale_id", "created_at_ms", "id"])
        .execute(),
  },
  "0009-orders-by-status": {
    up: (db) =>
      db.schema
        .createIndex("orders_by_status")
        .on("orders")
        .columns(["status", "created_at_ms", "id"])
        .execute(),
  },
  "0010-orders-by-age": {
    up: (db) =>
      db.schema.createIndex("orders_by_age").on("orders").columns(["created_at_ms", "id"]).execute(),
  },
}
