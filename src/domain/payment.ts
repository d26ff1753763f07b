import { z } from "zod"
import { accept, type Decision, reject, unreachable } from "./decision.ts"
import { Instant, toInstant } from "./time.ts"

// Events of stream `payment-<id>`

const Of = z.object({ paymentId: z.string(), orderId: z.string(), at: Instant })
const Refund = Of.extend({
  /** Also the provider's key of the refund: asked twice, it is made once. */
  refundId: z.string(),
  transactionId: z.string(),
  amountFen: z.int().min(0),
})

export const RefundReason = z.enum(["wrong_amount", "duplicate", "late", "cancelled"])
export type RefundReason = z.infer<typeof RefundReason>

export const schemas = {
  PaymentOpened: Of.extend({
    userId: z.string(),
    method: z.string(),
    /** What is to be paid. */
    amountFen: z.int().min(0),
  }),
  PaymentCaptured: Of.extend({
    /** The provider's id of the money's move, and of the message that told of it. */
    transactionId: z.string(),
    notificationId: z.string(),
    /** What the provider took; not necessarily what was to be paid. */
    amountFen: z.int().min(0),
  }),
  PaymentFailed: Of.extend({ notificationId: z.string() }),
  RefundRequested: Refund.extend({ reason: RefundReason }),
  RefundSucceeded: Refund,
  /** After the last attempt the refund is parked: it waits for a person. */
  RefundFailed: Refund.extend({ attempt: z.int().min(1), retryAt: Instant.nullable() }),
} as const

type Schemas = typeof schemas
export type Event = { [Type in keyof Schemas]: { type: Type; data: z.infer<Schemas[Type]> } }[keyof Schemas]

/** The event of a recorded type and payload; throws when the log holds something that this code does not know. */
export function parse(type: string, data: unknown): Event {
  const schema = schemas[type as keyof Schemas]
  if (!schema) throw new Error(`unknown event type ${type} in a payment's stream`)
  return { type, data: schema.parse(data) } as Event
}

export const STREAM_PREFIX = "payment-"
export const streamOf = (paymentId: string): string => STREAM_PREFIX + paymentId

// State

interface RefundState {
  readonly refundId: string
  readonly amountFen: number
  readonly status: "requested" | "succeeded" | "parked"
  readonly attempts: number
}

interface Opened {
  readonly paymentId: string
  readonly orderId: string
  readonly userId: string
  /** What is to be paid. */
  readonly amountFen: number
  readonly notificationIds: ReadonlySet<string>
  /** What was taken, by transaction. */
  readonly captures: ReadonlyMap<string, number>
  /** By transaction: each capture is refunded once at most. */
  readonly refunds: ReadonlyMap<string, RefundState>
}
export type Payment = Opened | null

export const initial: Payment = null

export function evolve(payment: Payment, { type, data }: Event): Payment {
  if (type === "PaymentOpened") {
    const { paymentId, orderId, userId, amountFen } = data
    const nothingYet = { notificationIds: new Set<string>(), captures: new Map(), refunds: new Map() }
    return { paymentId, orderId, userId, amountFen, ...nothingYet }
  }
  if (!payment) throw new Error(`${type} before the payment was opened`)
  switch (type) {
    case "PaymentCaptured": {
      const notificationIds = new Set(payment.notificationIds).add(data.notificationId)
      const captures = new Map(payment.captures).set(data.transactionId, data.amountFen)
      return { ...payment, notificationIds, captures }
    }
    case "PaymentFailed":
      return { ...payment, notificationIds: new Set(payment.notificationIds).add(data.notificationId) }
    case "RefundRequested":
      return withRefund(payment, data, "requested", 0)
    case "RefundSucceeded":
      return withRefund(payment, data, "succeeded", payment.refunds.get(data.transactionId)?.attempts ?? 0)
    case "RefundFailed":
      return withRefund(payment, data, data.retryAt === null ? "parked" : "requested", data.attempt)
    default:
      return unreachable(type)
  }
}

function withRefund(
  payment: Opened,
  { refundId, transactionId, amountFen }: z.infer<typeof Refund>,
  status: RefundState["status"],
  attempts: number,
): Opened {
  const refund = { refundId, amountFen, status, attempts }
  return { ...payment, refunds: new Map(payment.refunds).set(transactionId, refund) }
}

// Decisions

/** What a provider tells, once its signature was verified. */
export type Notification =
  | {
      readonly kind: "captured"
      readonly notificationId: string
      readonly transactionId: string
      readonly amountFen: number
    }
  | { readonly kind: "failed"; readonly notificationId: string }

/** Records what the provider tells; each message once, and each transaction once. */
export function notified(
  payment: Payment,
  notification: Notification,
  at: Instant,
): Decision<Event, "not_found"> {
  if (!payment) return reject("not_found")
  if (payment.notificationIds.has(notification.notificationId)) return accept()
  const of = { paymentId: payment.paymentId, orderId: payment.orderId, at }
  if (notification.kind === "failed")
    return accept({ type: "PaymentFailed", data: { ...of, notificationId: notification.notificationId } })
  if (payment.captures.has(notification.transactionId)) return accept()
  const { kind: _, ...captured } = notification
  return accept({ type: "PaymentCaptured", data: { ...of, ...captured } })
}

/** Asks for the money of one capture to go back, once. */
export function requestRefund(
  payment: Payment,
  { transactionId, refundId, reason }: { transactionId: string; refundId: string; reason: RefundReason },
  at: Instant,
): Decision<Event, "not_found"> {
  const amountFen = payment?.captures.get(transactionId)
  if (!payment || amountFen === undefined) return reject("not_found")
  if (payment.refunds.has(transactionId)) return accept()
  const { paymentId, orderId } = payment
  return accept({
    type: "RefundRequested",
    data: { paymentId, orderId, refundId, transactionId, amountFen, reason, at },
  })
}

/** Attempts until a refund is parked: a provider that is down for an hour is outlasted. */
export const REFUND_ATTEMPTS_MAX = 20
const RETRY_MIN_MS = 1_000
const RETRY_MAX_MS = 600_000

/** What came of asking the provider for a refund. */
export function refundTried(
  payment: Payment,
  transactionId: string,
  ok: boolean,
  nowMs: number,
): Decision<Event, "not_found"> {
  const refund = payment?.refunds.get(transactionId)
  if (!payment || !refund) return reject("not_found")
  if (refund.status !== "requested") return accept()
  const { refundId, amountFen } = refund
  const { paymentId, orderId } = payment
  const data = { paymentId, orderId, refundId, transactionId, amountFen, at: toInstant(nowMs) }
  if (ok) return accept({ type: "RefundSucceeded", data })
  const attempt = refund.attempts + 1
  const waitMs = Math.min(RETRY_MIN_MS * 2 ** (attempt - 1), RETRY_MAX_MS)
  const retryAt = attempt >= REFUND_ATTEMPTS_MAX ? null : toInstant(nowMs + waitMs)
  return accept({ type: "RefundFailed", data: { ...data, attempt, retryAt } })
}
