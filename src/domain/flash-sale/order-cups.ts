import { accept, type Decision, reject } from "../decision.ts"
import { toInstant } from "../time.ts"
import { type Event, type EventOf, ORDER_ID } from "./events.ts"
import type { Accepted } from "./outcome.ts"
import type { Sale } from "./state.ts"

// What becomes of an order's cups after its reservation: released when it is cancelled, taken again when it is paid late.

/** The reservation that began an order; none for an order that this sale never sold. */
export function reservationOf(sale: Sale, orderId: string): Accepted | undefined {
  const outcome = sale.outcomes.at(Number(ORDER_ID.exec(orderId)?.[2] ?? -1))
  return outcome?.kind === "accepted" && outcome.orderId === orderId ? outcome : undefined
}

/** Gives a cancelled order's cups back, once. */
export function release(sale: Sale, orderId: string, nowMs: number): Decision<Event, "not_found"> {
  const own = reservationOf(sale, orderId)
  if (!own) return reject("not_found")
  return own.releasedAt > 0 ? accept() : accept(released(own, nowMs))
}

/** The request that takes an order's cups again: one an order, so that two late payments cannot take them twice. */
export const lateRequestId = (orderId: string): string => `:late:${orderId}`

/**
 * Takes a cancelled order's cups again, because it was paid late: judged by capacity and limit only, at the order's own
 * price. Cups that are still held are released in the same append. It ends as reserved or refused, once for all.
 */
export function takeLate(sale: Sale, orderId: string, nowMs: number): Decision<Event, "not_found"> {
  const own = reservationOf(sale, orderId)
  if (!own) return reject("not_found")
  const requestId = lateRequestId(orderId)
  if (sale.outcomes.has(requestId)) return accept()
  const { userId, quantity, payloadHash, amountFen } = own
  const reserving = { requestId, userId, quantity, payloadHash }
  const held = own.releasedAt > 0 ? 0 : quantity
  const units = sale.unitsOf.get(userId) - held + quantity
  if (units > (sale.terms?.perUserLimit ?? 0))
    return accept({ type: "PermitRefused", data: { ...reserving, reason: "limit_exceeded" } })
  if (sale.taken - held + quantity > sale.capacity)
    return accept({ type: "PermitRefused", data: { ...reserving, reason: "sold_out" } })
  const at = toInstant(nowMs)
  const unitPriceFen = amountFen / quantity
  const reserved: Event = {
    type: "StockReserved",
    data: { ...reserving, orderId, unitPriceFen, amountFen, reservedAt: at, payBy: at },
  }
  return own.releasedAt > 0 ? accept(reserved) : accept<Event>(released(own, nowMs), reserved)
}

const released = (
  { orderId, requestId, userId, quantity }: Accepted,
  nowMs: number,
): EventOf<"ReservationReleased"> => ({
  type: "ReservationReleased",
  data: { orderId, requestId, userId, quantity, at: toInstant(nowMs) },
})
