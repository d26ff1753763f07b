import { CompiledQuery, type Insertable, Kysely, type Logger, sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { mysqlDialect } from "../../../src/infra/mysql.ts"
import * as checkpoint from "../../../src/projections/checkpoint.ts"
import type { Database, Db } from "../../../src/projections/database.ts"
import * as dishes from "../../../src/projections/dishes.ts"
import { dueOrders } from "../../../src/projections/due-orders.ts"
import { migrate } from "../../../src/projections/migrate.ts"
import * as notifications from "../../../src/projections/notifications.ts"
import * as orders from "../../../src/projections/orders.ts"
import * as parkedMessages from "../../../src/projections/parked-messages.ts"
import * as payments from "../../../src/projections/payments.ts"
import * as refunds from "../../../src/projections/refunds.ts"
import * as sales from "../../../src/projections/sales.ts"
import * as deliveries from "../../../src/projections/webhook-deliveries.ts"
import { startTestMariaDb, type TestMariaDb } from "../../support/mariadb.ts"
import { SERVER_START_TIMEOUT_MS } from "../../support/process.ts"

const ROWS = 3_000
const USERS = 300
const SALES = 5
const STATUSES = ["paid", "paid", "paid", "cancelled"] as const

let server: TestMariaDb
let db: Db
let asked: CompiledQuery[] = []
beforeAll(async () => {
  server = await startTestMariaDb()
  const log: Logger = ({ query }) => void asked.push(query)
  db = new Kysely<Database>({ dialect: mysqlDialect(server.url), log })
  await migrate(db)
  await fill()
}, SERVER_START_TIMEOUT_MS)
afterAll(async () => {
  await db?.destroy()
  await server?.close()
})

/** So many rows that looking through a table would be dearer than its index, all but a few of them done with. */
async function fill(): Promise<void> {
  const numbers = Array.from({ length: ROWS }, (_, n) => n)
  const insert = async <Table extends keyof Database>(table: Table, row: (n: number) => Database[Table]) => {
    for (let from = 0; from < ROWS; from += 500)
      await db
        .insertInto(table)
        .values(numbers.slice(from, from + 500).map(row) as Insertable<Database[Table]>[])
        .execute()
    await sql`analyze table ${sql.table(table)}`.execute(db)
  }
  const base = (n: number) => ({ id: `id-${n}`, created_at_ms: n })
  const order = (n: number) => ({ ...base(n), user_id: `u${n % USERS}`, order_id: `o${n}` })
  const done = (n: number) => n >= 10
  await insert("dishes", (n) => ({
    ...base(n),
    name: "x",
    description: "x".repeat(500),
    price_fen: 1,
    on_sale: 1,
  }))
  await insert("flash_sales", (n) => ({
    ...{
      ...base(n),
      title: "x",
      dish_id: null,
      store_id: null,
      price_fen: 1,
      capacity: 1,
      per_user_limit: 1,
    },
    ...{ starts_at_ms: n, ends_at_ms: n + 10, payment_window_seconds: 1, paused: 0, closed: 0 },
    ...{ held: 0, sold: 0 },
  }))
  await insert("orders", (n) => ({
    ...{ ...base(n), user_id: `u${n % USERS}`, sale_id: `s${n % SALES}`, quantity: 1, unit_price_fen: 1 },
    ...{ amount_fen: 1, cancel_reason: null, pay_by_ms: n },
    status: done(n) ? STATUSES[n % STATUSES.length]! : "pending_payment",
  }))
  await insert("payments", (n) => ({
    ...{ ...order(n), amount_fen: 1, method: "simulator", captures: 1, failures: 0 },
    ...{ refunds_requested: 0, refunds_succeeded: 0 },
  }))
  await insert("refunds", (n) => ({
    ...{ ...base(n), payment_id: "p", order_id: "o", transaction_id: "t", amount_fen: 1, reason: "late" },
    ...{ attempts: 0, retry_at_ms: n, status: done(n) ? "succeeded" : n % 2 ? "requested" : "parked" },
  }))
  await insert("notifications", (n) => ({ ...order(n), type: "order_paid" }))
  await insert("parked_messages", (n) => ({
    ...{ id: `id-${n}`, parked_by: "relay", position: null, value: null, reason: "r", parked_at_ms: n },
    status: done(n) ? "retried" : "parked",
  }))
  await insert("webhook_deliveries", (n) => ({
    ...{ ...base(n), attempts: 0, next_attempt_at_ms: n, status: done(n) ? "delivered" : "waiting" },
  }))
}

interface Step {
  readonly table: string
  readonly type: string
  readonly key: string | null
  readonly Extra: string
}

/** How MariaDB answers what `ask` asks last. */
async function planOf(ask: () => Promise<unknown>): Promise<Step[]> {
  asked = []
  await ask()
  const { sql: text, parameters } = asked.at(-1)!
  const { rows } = await db.executeQuery<Step>(CompiledQuery.raw(`explain ${text}`, [...parameters]))
  return rows
}

const page = { limit: 20 }
const next = { limit: 20, cursor: ["orders", 1_500, "x"] } as const
const by = (filter: Parameters<typeof orders.list>[1]) => (query: Parameters<typeof orders.list>[2]) => () =>
  orders.list(db, filter, query)
const searches: [index: string, ask: ReturnType<typeof by>][] = [
  ["orders_by_age", by({})],
  ["orders_by_user", by({ userId: "u7" })],
  ["orders_by_sale", by({ saleId: "s1" })],
  ["orders_by_status", by({ status: "paid" })],
  ["orders_by_user", by({ userId: "u7", saleId: "s1" })],
  ["orders_by_user", by({ userId: "u7", status: "paid" })],
  ["orders_by_sale_and_status", by({ saleId: "s1", status: "cancelled" })],
  ["orders_by_user", by({ userId: "u7", saleId: "s1", status: "paid" })],
]

test.each<[what: string, indices: string[], ask: () => Promise<unknown>]>([
  ...searches.flatMap(([index, ask], n): [string, string[], () => Promise<unknown>][] => [
    [`orders, search ${n + 1}`, [index], ask(page)],
    [`orders, search ${n + 1}, the next page`, [index], ask(next)],
  ]),
  ["an order", ["PRIMARY"], () => orders.byId(db, "id-7")],
  ["due orders", ["orders_due"], () => dueOrders(db, 2_000, 10)],
  ["the next due orders", ["orders_due"], () => dueOrders(db, 2_000, 10, { id: "x", payByMs: 3 })],
  ["a payment", ["PRIMARY"], () => payments.byId(db, "id-7")],
  ["due refunds", ["refunds_due"], () => refunds.due(db, 2_000, 10)],
  ["the oldest due refund", ["refunds_due"], () => refunds.oldestDueMs(db, 2_000)],
  ["parked refunds", ["refunds_due"], () => refunds.countParked(db)],
  ["notifications", ["notifications_by_user"], () => notifications.list(db, "u7", page)],
  ["dishes", ["dishes_by_age"], () => dishes.list(db, page)],
  ["sales", ["flash_sales_by_age"], () => sales.list(db, page, 0)],
  ["a sale", ["PRIMARY"], () => sales.byId(db, "id-7", 0)],
  ["open sales", ["flash_sales_by_end"], () => sales.openIds(db, ROWS, 500)],
  ["a checkpoint", ["PRIMARY"], () => checkpoint.readCheckpoint(db, "relay")],
  ["due deliveries", ["webhook_deliveries_due", "PRIMARY"], () => deliveries.due(db, 2_000, 10)],
  ["a delivery", ["PRIMARY", "PRIMARY"], () => deliveries.find(db, "id-7")],
  ["the oldest delivery", ["webhook_deliveries_by_age"], () => deliveries.oldestMs(db)],
  ["parked messages", ["parked_messages_by_status"], () => parkedMessages.waiting(db)],
  ["how many are parked", ["parked_messages_by_status"], () => parkedMessages.count(db, ["relay"])],
])("%s: by an index", async (what, indices, ask) => {
  const plan = await planOf(ask)
  // A checkpoint that is not there is found out without looking anywhere.
  if (what === "a checkpoint") return expect(plan[0]!.Extra).toMatch(/no matching row|Impossible WHERE/)
  expect(plan.map(({ key }) => key)).toEqual(indices)
  for (const { type, Extra } of plan) {
    expect(type).not.toBe("ALL")
    // The few that are parked are counted in any order.
    if (what !== "how many are parked") expect(Extra ?? "").not.toMatch(/filesort|temporary/)
  }
})
