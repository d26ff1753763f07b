import { sql } from "kysely"
import { unreachable } from "../domain/decision.ts"
import * as FlashSale from "../domain/flash-sale.ts"
import type * as Domain from "../domain/order.ts"
import { toInstant } from "../domain/time.ts"
import type { Db, OrderRow, OrderStatus } from "./database.ts"
import type { Occurrence } from "./occurrences.ts"
import { onPage, type Page, type PageQuery, pageOf } from "./paging.ts"
import { insertAll, type Write } from "./rows.ts"

/** An order as its buyer and the staff see it. */
export interface Order {
  readonly id: string
  readonly saleId: string
  readonly userId: string
  readonly quantity: number
  readonly unitPriceFen: number
  readonly amountFen: number
  readonly status: OrderStatus
  readonly cancelReason?: Domain.CancelReason
  readonly reservedAt: string
  readonly payBy: string
}

/** How an order stands; its last event alone says so. */
type Standing = Pick<OrderRow, "status" | "cancel_reason">

/**
 * Writes the orders that reservations begin, and how each stands after the batch. Orders that come to stand alike, as
 * those of a sale that nobody paid do, are one update.
 */
export function apply(occurrences: readonly Occurrence[]): Write {
  const begun = new Map<string, OrderRow>()
  const moved = new Map<string, Standing>()
  for (const { of, id, event } of occurrences) {
    if (of === "flash sale" && event.type === "StockReserved") {
      const { orderId, requestId } = event.data
      // Cups that were taken again for a late payment begin no second order.
      if (requestId !== FlashSale.lateRequestId(orderId)) begun.set(orderId, rowOf(id, event.data))
    } else if (of === "order") {
      const standing = standingAfter(event)
      if (!standing) continue
      const row = begun.get(id)
      if (row) Object.assign(row, standing)
      else moved.set(id, standing)
    }
  }
  const insert = insertAll("orders", [...begun.values()])
  const alike = Map.groupBy(moved, ([, { status, cancel_reason }]) => `${status} ${cancel_reason}`)
  return async (tx) => {
    await insert(tx)
    for (const orders of alike.values()) {
      const ids = orders.map(([id]) => id)
      await tx.updateTable("orders").set(orders[0]![1]).where("id", "in", ids).execute()
    }
  }
}

const rowOf = (saleId: string, data: FlashSale.EventOf<"StockReserved">["data"]): OrderRow => ({
  id: data.orderId,
  sale_id: saleId,
  user_id: data.userId,
  quantity: data.quantity,
  unit_price_fen: data.unitPriceFen,
  amount_fen: data.amountFen,
  status: "pending_payment",
  cancel_reason: null,
  created_at_ms: Date.parse(data.reservedAt),
  pay_by_ms: Date.parse(data.payBy),
})

function standingAfter({ type, data }: Domain.Event): Standing | null {
  switch (type) {
    case "OrderPlaced":
      return null
    case "OrderPaid":
      return { status: "paid", cancel_reason: null }
    case "OrderCancelled":
      return { status: "cancelled", cancel_reason: data.reason }
    case "RefundRequested":
      return { status: "refunding", cancel_reason: null }
    case "OrderRefunded":
      return { status: "refunded", cancel_reason: null }
    default:
      return unreachable(type)
  }
}

export interface OrderFilter {
  readonly userId?: string | undefined
  readonly saleId?: string | undefined
  readonly status?: OrderStatus | undefined
}

/** The orders that match all of the filter, the newest first. */
export async function list(db: Db, filter: OrderFilter, query: PageQuery): Promise<Page<Order>> {
  const { userId, saleId, status } = filter
  let matching = db.selectFrom("orders").selectAll()
  if (userId !== undefined) matching = matching.where("user_id", "=", userId)
  // A user has few orders, a sale very many. SQLite cannot know, and a plus keeps it from any index but the user's.
  const column = (name: "sale_id" | "status") =>
    userId === undefined ? sql.ref<string>(name) : sql<string>`+${sql.ref(name)}`
  if (saleId !== undefined) matching = matching.where(column("sale_id"), "=", saleId)
  if (status !== undefined) matching = matching.where(column("status"), "=", status)
  return pageOf("orders", await onPage(matching, query).execute(), query, orderOf)
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
  ...(row.cancel_reason === null ? {} : { cancelReason: row.cancel_reason }),
  reservedAt: toInstant(row.created_at_ms),
  payBy: toInstant(row.pay_by_ms),
})
