import type { RecordedEvent } from "../../../src/domain/event.ts"
import type { Db } from "../../../src/projections/database.ts"
import type { Ledger } from "./ledger.ts"
import { ordersOf } from "./rest.ts"
import { Violation } from "./violation.ts"

/** I11: what the read models do not show as the log has it; null when they show all of it. */
export async function outOfDate(
  db: Db,
  events: readonly RecordedEvent[],
  ledger: Ledger,
): Promise<Violation | null> {
  const differences = [
    ["orders", await orderRows(db), orderFacts(events)],
    ["sale", await saleRows(db), saleFacts(events, ledger)],
    ["payments", await paymentRows(db), paymentFacts(events)],
  ].flatMap(([what, rows, facts]) =>
    `${rows}` === `${facts}` ? [] : [`${what}: ${rows} instead of ${facts}`],
  )
  return differences.length === 0 ? null : new Violation("I11 read model = log", differences.join("; "))
}

const orderRows = async (db: Db) =>
  (await db.selectFrom("orders").select(["id", "status"]).execute())
    .map(({ id, status }) => `${id} ${status}`)
    .sort()

const orderFacts = (events: readonly RecordedEvent[]) =>
  [...ordersOf(events)].map(([id, { status }]) => `${id} ${status}`).sort()

const saleRows = async (db: Db) =>
  (await db.selectFrom("flash_sales").select(["capacity", "held", "sold"]).execute()).map(
    ({ capacity, held, sold }) => `${capacity} ${held} ${sold}`,
  )

function saleFacts(events: readonly RecordedEvent[], ledger: Ledger): string[] {
  const { capacity, taken } = ledger.at(ledger.head())!
  let sold = 0
  for (const order of ordersOf(events).values()) if (order.status === "paid") sold += order.details.quantity
  return [`${capacity} ${taken - sold} ${sold}`]
}

const paymentRows = async (db: Db) =>
  (await db.selectFrom("payments").selectAll().execute())
    .map((row) => `${row.id} ${row.captures} ${row.refunds_requested} ${row.refunds_succeeded}`)
    .sort()

function paymentFacts(events: readonly RecordedEvent[]): string[] {
  const ids = events.flatMap(({ type, data }) =>
    type === "PaymentOpened" ? [(data as { paymentId: string }).paymentId] : [],
  )
  const count = (id: string, wanted: string) =>
    events.filter(({ stream, type }) => stream === `payment-${id}` && type === wanted).length
  return ids
    .map((id) =>
      [id, ...["PaymentCaptured", "RefundRequested", "RefundSucceeded"].map((type) => count(id, type))].join(
        " ",
      ),
    )
    .sort()
}
