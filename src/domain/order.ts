import { z } from "zod"
import { accept, type Decision, reject, unreachable } from "./decision.ts"
import { Instant } from "./time.ts"

// Events of stream `order-<id>`

const Details = z.object({
  orderId: z.string(),
  saleId: z.string(),
  userId: z.string(),
  quantity: z.int().min(1),
})
const Money = { paymentId: z.string(), transactionId: z.string(), amountFen: z.int().min(0) }

export const CancelReason = z.enum(["timeout", "user", "staff"])
export type CancelReason = z.infer<typeof CancelReason>

export const schemas = {
  OrderPlaced: Details.extend({
    /** Of the reservation that this order came from. */
    requestId: z.string(),
    amountFen: z.int().min(0),
    payBy: Instant,
    at: Instant,
  }),
  /** `late`: the order had been cancelled, and its cups were taken again for this payment. */
  OrderPaid: Details.extend({ ...Money, late: z.boolean(), at: Instant }),
  OrderCancelled: Details.extend({
    reason: CancelReason,
    /** Of whoever asked; none for a timeout. */
    requestId: z.string().optional(),
    at: Instant,
  }),
  RefundRequested: Details.extend({ ...Money, at: Instant }),
  OrderRefunded: Details.extend({ ...Money, at: Instant }),
} as const

type Schemas = typeof schemas
export type Event = { [Type in keyof Schemas]: { type: Type; data: z.infer<Schemas[Type]> } }[keyof Schemas]

/** The event of a recorded type and payload; throws when the log holds something that this code does not know. */
export function parse(type: string, data: unknown): Event {
  const schema = schemas[type as keyof Schemas]
  if (!schema) throw new Error(`unknown event type ${type} in an order's stream`)
  return { type, data: schema.parse(data) } as Event
}

export const STREAM_PREFIX = "order-"
export const streamOf = (orderId: string): string => STREAM_PREFIX + orderId

// State

export type Status = "pending_payment" | "paid" | "cancelled" | "refunding" | "refunded"

interface Placed {
  readonly status: Status
  readonly details: z.infer<typeof Details>
  readonly requestId: string
  readonly amountFen: number
  readonly payByMs: number
  /** The capture that paid it, or that is being refunded. */
  readonly transactionId: string | null
  readonly cancelledBy: { readonly reason: CancelReason; readonly requestId: string | null } | null
}
export type Order = { readonly status: "none" } | Placed

export const initial: Order = { status: "none" }

export function evolve(order: Order, { type, data }: Event): Order {
  if (type === "OrderPlaced") {
    const { requestId, amountFen, payBy, at: _, ...details } = data
    const payByMs = Date.parse(payBy)
    const nothingYet = { transactionId: null, cancelledBy: null }
    return { status: "pending_payment", details, requestId, amountFen, payByMs, ...nothingYet }
  }
  if (order.status === "none") throw new Error(`${type} before the order was placed`)
  switch (type) {
    case "OrderPaid":
      return { ...order, status: "paid", transactionId: data.transactionId }
    case "OrderCancelled": {
      const { reason, requestId = null } = data
      return { ...order, status: "cancelled", cancelledBy: { reason, requestId } }
    }
    case "RefundRequested":
      return { ...order, status: "refunding", transactionId: data.transactionId }
    case "OrderRefunded":
      return { ...order, status: "refunded" }
    default:
      return unreachable(type)
  }
}

// Decisions

/** Money that a provider has taken for the order. */
export interface Capture {
  readonly paymentId: string
  readonly transactionId: string
  readonly amountFen: number
}

export interface Cancel {
  readonly by: "user" | "staff"
  readonly requestId: string
}

/** Ends an order that is not paid. One that is cancelled already stays so, whoever asks. */
export function cancel(
  order: Order,
  { by, requestId }: Cancel,
  at: Instant,
): Decision<Event, "not_found" | "invalid_state"> {
  switch (order.status) {
    case "none":
      return reject("not_found")
    case "pending_payment":
      return accept({ type: "OrderCancelled", data: { ...order.details, reason: by, requestId, at } })
    case "cancelled":
      return accept()
    case "paid":
    case "refunding":
    case "refunded":
      return order.cancelledBy?.requestId === requestId ? accept() : reject("invalid_state")
    default:
      return unreachable(order)
  }
}

/** Ends an order whose time to pay is up; any other stays as it is. */
export function timeOut(order: Order, nowMs: number, at: Instant): Decision<Event, never> {
  if (order.status !== "pending_payment" || nowMs < order.payByMs) return accept()
  return accept({ type: "OrderCancelled", data: { ...order.details, reason: "timeout", at } })
}

/**
 * What a capture means to the order. `too_late`: it was cancelled by its timeout, so the cups must be taken again or
 * the money given back; `unwanted`: it is paid already or was given up, so the money goes back.
 */
export function pay(order: Order, capture: Capture, at: Instant): Decision<Event, "too_late" | "unwanted"> {
  switch (order.status) {
    case "none":
      throw new Error("a payment was captured for an order that was never placed")
    case "pending_payment":
      return accept(paid(order, capture, false, at))
    case "paid":
      return order.transactionId === capture.transactionId ? accept() : reject("unwanted")
    case "cancelled":
    case "refunding":
    case "refunded":
      return reject(order.cancelledBy?.reason === "timeout" ? "too_late" : "unwanted")
    default:
      return unreachable(order)
  }
}

/** Once the cups were taken again for a late payment: the order is paid after all. */
export function payLate(order: Order, capture: Capture, at: Instant): Decision<Event, "unwanted"> {
  if (order.status === "cancelled") return accept(paid(order, capture, true, at))
  return hasTaken(order, capture) ? accept() : reject("unwanted")
}

/** No cup was left for a late payment, or the order was given up before it came: its money goes back. */
export function requestRefund(order: Order, capture: Capture, at: Instant): Decision<Event, "unwanted"> {
  if (order.status === "cancelled")
    return accept({ type: "RefundRequested", data: { ...order.details, ...capture, at } })
  return hasTaken(order, capture) ? accept() : reject("unwanted")
}

/** The money of the order's own refund is back. A refund of another capture leaves the order alone. */
export function refunded(order: Order, capture: Capture, at: Instant): Decision<Event, never> {
  if (order.status !== "refunding" || order.transactionId !== capture.transactionId) return accept()
  return accept({ type: "OrderRefunded", data: { ...order.details, ...capture, at } })
}

const hasTaken = (order: Order, { transactionId }: Capture): boolean =>
  order.status !== "none" && order.transactionId === transactionId

const paid = (order: Placed, capture: Capture, late: boolean, at: Instant): Event => ({
  type: "OrderPaid",
  data: { ...order.details, ...capture, late, at },
})
