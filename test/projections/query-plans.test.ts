import { CompiledQuery, Kysely } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { sqliteDialect } from "../../src/infra/sqlite.ts"
import type { Database, Db } from "../../src/projections/database.ts"
import { dueOrders } from "../../src/projections/due-orders.ts"
import { migrate } from "../../src/projections/migrate.ts"
import * as notifications from "../../src/projections/notifications.ts"
import * as orders from "../../src/projections/orders.ts"
import * as parkedMessages from "../../src/projections/parked-messages.ts"
import * as refunds from "../../src/projections/refunds.ts"
import * as sales from "../../src/projections/sales.ts"
import * as deliveries from "../../src/projections/webhook-deliveries.ts"

// SQLite works in the thread that answers requests: a query that looks through a table would make everybody wait.

let db: Db
let asked: CompiledQuery | null = null
beforeAll(async () => {
  const dialect = sqliteDialect(":memory:")
  db = new Kysely<Database>({
    dialect,
    log({ query }) {
      asked = query
    },
  })
  await migrate(db)
})
afterAll(() => db.destroy())

/** How SQLite answers the last query that `ask` makes. */
async function planOf(ask: () => Promise<unknown>): Promise<string> {
  await ask()
  const { sql, parameters } = asked!
  const { rows } = await db.executeQuery<{ detail: string }>(
    CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]),
  )
  return rows.map(({ detail }) => detail).join("; ")
}

const ids = { userId: "ann", saleId: "0b5f1f6e-1111-4222-8333-444444444444", status: "paid" } as const
const searches: [index: string, by: (keyof typeof ids)[], columns: string][] = [
  ["orders_by_age", [], ""],
  ["orders_by_user", ["userId"], "user_id=?"],
  ["orders_by_sale", ["saleId"], "sale_id=?"],
  ["orders_by_status", ["status"], "status=?"],
  ["orders_by_user", ["userId", "saleId"], "user_id=?"],
  ["orders_by_user", ["userId", "status"], "user_id=?"],
  ["orders_by_sale_and_status", ["saleId", "status"], "sale_id=? AND status=?"],
  ["orders_by_user", ["userId", "saleId", "status"], "user_id=?"],
]

test.each(searches)("%s serves a search by %j, in its order", async (index, by, columns) => {
  const filter = Object.fromEntries(by.map((name) => [name, ids[name]]))
  const first = await planOf(() => orders.list(db, filter, { limit: 20 }))
  const found = columns
    ? `SEARCH orders USING INDEX ${index} (${columns})`
    : `SCAN orders USING INDEX ${index}`
  expect(first).toBe(found)
  const next = await planOf(() => orders.list(db, filter, { limit: 20, cursor: ["orders", 5, "x"] }))
  const from = [columns, "created_at_ms<?"].filter(Boolean).join(" AND ")
  expect(next).toBe(`SEARCH orders USING INDEX ${index} (${from})`)
})

test.each<[string, () => Promise<unknown>, string]>([
  ["due orders", () => dueOrders(db, 5, 10), "orders_due (status=? AND pay_by_ms<?)"],
  [
    "the next due orders",
    () => dueOrders(db, 5, 10, { id: "x", payByMs: 3 }),
    "orders_due (status=? AND pay_by_ms>? AND pay_by_ms<?)",
  ],
  ["due refunds", () => refunds.due(db, 5, 10), "refunds_due (status=? AND retry_at_ms<?)"],
  ["open sales", () => sales.openIds(db, 5, 10), "flash_sales_by_end (closed=? AND ends_at_ms>?)"],
  ["due deliveries", () => deliveries.oldestMs(db), "webhook_deliveries_by_age (status=?)"],
  ["the oldest refund", () => refunds.oldestDueMs(db, 5), "refunds_due (status=? AND retry_at_ms<?)"],
  ["parked refunds", () => refunds.countParked(db), "refunds_due (status=?)"],
  ["parked messages", () => parkedMessages.waiting(db), "parked_messages_by_status (status=?)"],
  ["notifications", () => notifications.list(db, "ann", { limit: 20 }), "notifications_by_user (user_id=?)"],
])("%s are found by their index, in its order", async (_what, ask, index) => {
  expect(await planOf(ask)).toMatch(new RegExp(`^SEARCH \\w+ USING (COVERING )?INDEX ${escaped(index)}$`))
})

const escaped = (text: string) => text.replace(/[()?]/g, "\\$&")
