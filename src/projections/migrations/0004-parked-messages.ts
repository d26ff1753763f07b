import { type Migration, sql } from "kysely"

// One statement a migration, as in the first ones.

export const parkedMessages: Record<string, Migration> = {
  "0019-parked-messages": {
    up: (db) =>
      db.schema
        .createTable("parked_messages")
        .addColumn("id", "varchar(200)", (column) => column.primaryKey())
        .addColumn("parked_by", "varchar(64)", (column) => column.notNull())
        .addColumn("position", "varchar(20)")
        .addColumn("value", sql`mediumtext`)
        .addColumn("reason", "varchar(1000)", (column) => column.notNull())
        .addColumn("status", "varchar(20)", (column) => column.notNull())
        .addColumn("parked_at_ms", "bigint", (column) => column.notNull())
        .execute(),
  },
  "0020-parked-messages-by-status": {
    up: (db) =>
      db.schema
        .createIndex("parked_messages_by_status")
        .on("parked_messages")
        .columns(["status", "parked_at_ms", "id"])
        .execute(),
  },
}
