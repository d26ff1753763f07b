import type { Migration } from "kysely"

// One statement a migration, as in the first ones.

export const notifications: Record<string, Migration> = {
  "0017-notifications": {
    up: (db) =>
      db.schema
        .createTable("notifications")
        .addColumn("id", "varchar(64)", (column) => column.primaryKey())
        .addColumn("user_id", "varchar(64)", (column) => column.notNull())
        .addColumn("type", "varchar(40)", (column) => column.notNull())
        .addColumn("order_id", "varchar(64)", (column) => column.notNull())
        .addColumn("created_at_ms", "bigint", (column) => column.notNull())
        .execute(),
  },
  "0018-notifications-by-user": {
    up: (db) =>
      db.schema
        .createIndex("notifications_by_user")
        .on("notifications")
        .columns(["user_id", "created_at_ms", "id"])
        .execute(),
  },
}
