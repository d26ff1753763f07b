import type { Migration } from "kysely"

// One statement a migration, as in the first ones.

export const openSales: Record<string, Migration> = {
  "0024-flash-sales-by-end": {
    up: (db) =>
      db.schema
        .createIndex("flash_sales_by_end")
        .on("flash_sales")
        .columns(["closed", "ends_at_ms", "starts_at_ms", "id"])
        .execute(),
  },
}
