import { toInstant } from "../domain/time.ts"
import type { Db, OrderRow, OrderStatus, Tx } from "./database.ts"
import type { Occurrence } from "./occurrences.ts"
import { onPage, type Page, type PageQuery, pageOf } from "./paging.ts"

/** An order as its buyer and the staff see it. */
export interface Order {
  readonly id: string
  readonly saleId: string
  readonly userId: string
  readonly quantity: number
  readonly unitPriceFen: number
  readonly amountFen: number
  readonly status: OrderStatus
  readonly reservedAt: string
  readonly payBy: string
}

/** Rows of one insert; MySQL and SQLite both take far more. */
const INSERT_ROWS = 50

/** Writes the orders that reservations begin. */
export async function apply(tx: Tx, occurrences: readonly Occurrence[]): Promise<void> {
  const rows: OrderRow[] = []
  for (const { of, id, event } of occurrences) {
    if (of !== "flash sale" || event.type !== "StockReserved") continue
    const { orderId, userId, quantity, unitPriceFen, amountFen, reservedAt, payBy } = event.data
    rows.push({
      id: orderId,
      sale_id: id,
      user_id: userId,
      quantity,
      unit_price_fen: unitPriceFen,
      amount_fen: amountFen,
      status: "pending_payment",
      created_at_ms: Date.parse(reservedAt),
      pay_by_ms: Date.parse(payBy),
    })
  }
  for (let from = 0; from < rows.length; from += INSERT_ROWS) {
    await tx
      .insertInto("orders")
      .values(rows.slice(from, from + INSERT_ROWS))
      .execute()
  }
}

export interface OrderFilter {
  readonly userId?: string | undefined
  readonly saleId?: string | undefined
  readonly status?: OrderStatus | undefined
}

/** The orders that match all of the filter, the newest first. */
export async function list(db: Db, filter: OrderFilter, query: PageQuery): Promise<Page<Order>> {
  let matching = db.selectFrom("orders").selectAll()
  if (filter.userId !== undefined) matching = matching.where("user_id", "=", filter.userId)
  if (filter.saleId !== undefined) matching = matching.where("sale_id", "=", filter.saleId)
  if (filter.status !== undefined) matching = matching.where("status", "=", filter.status)
  return pageOf(await onPage(matching, query).execute(), query, orderOf)
}

/** One order; null if there is none. */
export async function byId(db: Db, id: string): Promise<Order | null> {
  const row = await db.selectFrom("orders").selectAll().where("id", "=", id).executeTakeFirst()
  return row ? orderOf(row) : null
}

const orderOf = (row: OrderRow): Order => ({
  id: row.id,
  saleId: row.sale_id,
  userId: row.user_id,
  quantity: row.quantity,
  unitPriceFen: row.unit_price_fen,
  amountFen: row.amount_fen,
  status: row.status,
  reservedAt: toInstant(row.created_at_ms),
  payBy: toInstant(row.pay_by_ms),
})
