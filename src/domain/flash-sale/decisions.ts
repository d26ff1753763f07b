import { accept, type Decision, reject } from "../decision.ts"
import { toInstant } from "../time.ts"
import {
  type Event,
  type EventOf,
  orderIdAt,
  type PermitRefusal,
  STOCK_MAX_UNITS,
  type Terms,
} from "./events.ts"
import { rememberedAs, type Sale, type Status, statusAt } from "./state.ts"

/** A cup set aside by the gate for a request that the log has not decided yet. */
export interface Permit {
  readonly requestId: string
  readonly userId: string
  readonly quantity: number
  readonly payloadHash: string
  /** Milliseconds since the epoch, by the gate's clock. The sale's window is judged by it. */
  readonly grantedAtMs: number
}

/** Who asked, by which request. */
export interface Asked {
  readonly requestId: string
  readonly payloadHash: string
  readonly nowMs: number
}

export type Schedule = Terms & { readonly nowMs: number }

export function schedule(sale: Sale, { nowMs, ...terms }: Schedule): Decision<Event, "ends_before_start"> {
  if (sale.terms) return accept()
  if (Date.parse(terms.endsAt) <= Date.parse(terms.startsAt)) return reject("ends_before_start")
  return accept({ type: "FlashSaleScheduled", data: { ...terms, saleId: sale.id, at: toInstant(nowMs) } })
}

/** Before the start any field may change; then only the title and a later end; nothing once it is over. */
export function change(
  sale: Sale,
  changes: Partial<Terms>,
  nowMs: number,
): Decision<Event, "not_found" | "invalid_state" | "ends_before_start"> {
  if (!sale.terms) return reject("not_found")
  const before = sale.terms
  const terms = { ...before, ...changes }
  const changed = (Object.keys(changes) as (keyof Terms)[]).filter((field) => terms[field] !== before[field])
  if (isOver(statusAt(sale, nowMs))) return reject("invalid_state")
  if (changed.length === 0) return accept()
  if (Date.parse(terms.endsAt) <= Date.parse(terms.startsAt)) return reject("ends_before_start")
  const started = nowMs >= sale.startsAtMs
  const fixed = changed.filter((field) => field !== "title" && field !== "endsAt")
  const earlierEnd = Date.parse(terms.endsAt) < sale.endsAtMs
  if (started && (fixed.length > 0 || earlierEnd)) return reject("invalid_state")
  const stockDelta = terms.stock - before.stock
  if (!capacityFits(sale, stockDelta)) return reject("invalid_state")
  return accept({ type: "FlashSaleChanged", data: { ...terms, stockDelta, at: toInstant(nowMs) } })
}

/**
 * Pausing, resuming and closing are recorded for each new request id, even when the sale is so already: the
 * record is what lets a repeated request be answered as it was at first, whatever came in between.
 */
const steer =
  (type: "FlashSalePaused" | "FlashSaleResumed" | "FlashSaleClosed") =>
  (sale: Sale, { requestId, payloadHash, nowMs }: Asked): Steering => {
    if (!sale.terms) return reject("not_found")
    const repeated = sale.remembered.get(rememberedAs(type, requestId))
    if (repeated) return repeated.payloadHash === payloadHash ? accept() : reject("request_conflict")
    if (type !== "FlashSaleClosed" && isOver(statusAt(sale, nowMs))) return reject("invalid_state")
    return accept({ type, data: { requestId, payloadHash, at: toInstant(nowMs) } })
  }
export type Steering = Decision<Event, "not_found" | "request_conflict" | "invalid_state">

export const pause = steer("FlashSalePaused")
export const resume = steer("FlashSaleResumed")
export const close = steer("FlashSaleClosed")

/** Adds or withdraws cups; never below what is held and sold. */
export function adjustStock(sale: Sale, asked: Asked & { delta: number; reason: string }): Steering {
  if (!sale.terms) return reject("not_found")
  const { requestId, payloadHash, nowMs, delta, reason } = asked
  const repeated = sale.remembered.get(rememberedAs("StockAdjusted", requestId))
  if (repeated) return repeated.payloadHash === payloadHash ? accept() : reject("request_conflict")
  if (isOver(statusAt(sale, nowMs)) || !capacityFits(sale, delta)) return reject("invalid_state")
  return accept({
    type: "StockAdjusted",
    data: { requestId, payloadHash, at: toInstant(nowMs), delta, reason },
  })
}

/**
 * Turns a permit into an order, or refuses it: the log decides, whatever the gate said. Either way one event ends
 * the request id; a request that has its outcome gets no second one.
 */
export function reserve(sale: Sale, permit: Permit): Decision<Event, "not_found" | "request_conflict"> {
  if (!Number.isInteger(permit.quantity) || permit.quantity < 1) throw new RangeError("a permit of no cups")
  if (!sale.terms) return reject("not_found")
  const outcome = sale.outcomes.get(permit.requestId)
  if (outcome) return outcome.payloadHash === permit.payloadHash ? accept() : reject("request_conflict")
  const reason = refusalOf(sale, permit)
  if (reason) return accept(refused(permit, reason))
  const { grantedAtMs, ...reserving } = permit
  return accept({
    type: "StockReserved",
    data: {
      ...reserving,
      orderId: orderIdAt(sale.id, sale.revision + 1),
      unitPriceFen: sale.terms.priceFen,
      amountFen: sale.terms.priceFen * permit.quantity,
      reservedAt: toInstant(grantedAtMs),
      payBy: toInstant(grantedAtMs + sale.terms.paymentWindowSeconds * 1_000),
    },
  })
}

/** The refusal that the sale's rules give to a permit, in the order in which the gate checks them. */
function refusalOf(sale: Sale, { grantedAtMs, quantity, userId }: Permit): PermitRefusal | null {
  const status = statusAt(sale, grantedAtMs)
  if (status === "paused") return "sale_paused"
  if (status !== "open") return "sale_not_open"
  if (sale.unitsOf.get(userId) + quantity > (sale.terms?.perUserLimit ?? 0)) return "limit_exceeded"
  return sale.taken + quantity > sale.capacity ? "sold_out" : null
}

/** Ends a permit that nobody finished, so that a late append of it loses. */
export const expire = (sale: Sale, permit: Permit): Decision<Event, never> =>
  sale.outcomes.has(permit.requestId) ? accept() : accept(refused(permit, "expired"))

function refused(permit: Permit, reason: PermitRefusal): EventOf<"PermitRefused"> {
  const { grantedAtMs: _, ...reserving } = permit
  return { type: "PermitRefused", data: { ...reserving, reason } }
}

/** The fence of a rebuild: every permit of an older epoch is void after it. */
export const openGate = (sale: Sale): EventOf<"GateOpened"> => ({
  type: "GateOpened",
  data: { epoch: sale.epoch + 1 },
})

const isOver = (status: Status): boolean => status === "ended" || status === "closed"

function capacityFits(sale: Sale, delta: number): boolean {
  const capacity = sale.capacity + delta
  return capacity >= sale.taken && capacity <= STOCK_MAX_UNITS
}
