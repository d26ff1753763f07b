import type { Kysely, Transaction } from "kysely"
import type { CancelReason } from "../domain/order.ts"
import type { RefundReason } from "../domain/payment.ts"

// The tables of the read models: what the outside may read. Written by followers of the log only, rebuilt from it at
// will. Money in fen, instants in milliseconds since the epoch.

/** What an order can be. It begins with `pending_payment`. */
export const orderStatuses = [
  "pending_payment",
  "paid",
  "completed",
  "cancelled",
  "refunding",
  "refunded",
] as const
export type OrderStatus = (typeof orderStatuses)[number]

export interface CheckpointRow {
  /** Of the follower. */
  name: string
  /** The log position up to which it has done everything, as a decimal text. */
  position: string
}

export interface DishRow {
  id: string
  name: string
  description: string | null
  price_fen: number
  /** 0 or 1. */
  on_sale: number
  created_at_ms: number
}

export interface SaleRow {
  id: string
  title: string
  dish_id: string | null
  store_id: string | null
  price_fen: number
  /** All cups of the sale, adjustments included. */
  capacity: number
  per_user_limit: number
  starts_at_ms: number
  ends_at_ms: number
  payment_window_seconds: number
  /** 0 or 1. */
  paused: number
  /** 0 or 1. */
  closed: number
  /** Units of orders not yet paid. */
  held: number
  /** Units of paid orders. */
  sold: number
  created_at_ms: number
}

export interface OrderRow {
  id: string
  sale_id: string
  user_id: string
  quantity: number
  unit_price_fen: number
  amount_fen: number
  status: OrderStatus
  /** Why it is cancelled; null when it is not. */
  cancel_reason: CancelReason | null
  created_at_ms: number
  pay_by_ms: number
}

/** What happened to a payment is counted: a provider may take the money more than once. */
export interface PaymentRow {
  id: string
  order_id: string
  user_id: string
  /** What is to be paid. */
  amount_fen: number
  method: string
  captures: number
  failures: number
  refunds_requested: number
  refunds_succeeded: number
  created_at_ms: number
}

/** The money of one capture on its way back. */
export interface RefundRow {
  id: string
  payment_id: string
  order_id: string
  transaction_id: string
  amount_fen: number
  reason: RefundReason
  /** `parked`: given up after the last attempt; it waits for a person. */
  status: "requested" | "succeeded" | "parked"
  attempts: number
  /** When to try next; null when there is nothing left to try. */
  retry_at_ms: number | null
  created_at_ms: number
}

export const notificationTypes = ["order_paid", "order_timed_out"] as const
export type NotificationType = (typeof notificationTypes)[number]

/** Written by the consumer that notifies users. */
export interface NotificationRow {
  /** Of the event that it tells of: no event is told twice. */
  id: string
  user_id: string
  type: NotificationType
  order_id: string
  created_at_ms: number
}

/** A message that could not be passed on; it waits for a person. Not part of the read models, and kept once it is done. */
export interface ParkedMessageRow {
  /** Of its event, or its place in Kafka: parked twice it is still one. */
  id: string
  /** The relay, or the group that could not take it. */
  parked_by: string
  /** Of the event in the log; null for a message from Kafka. */
  position: string | null
  /** As it came from Kafka; null for an event, which is read again. */
  value: string | null
  reason: string
  status: "parked" | "retried" | "skipped"
  parked_at_ms: number
}

/** A notification on its way to the webhook. Not part of the read models, and kept once it is done. */
export interface WebhookDeliveryRow {
  /** Of its notification, which is its event's: asked for twice it is still one. */
  id: string
  /** `parked`: given up after the last attempt; it waits for a person. */
  status: "waiting" | "delivered" | "parked"
  attempts: number
  /** When to try next, while it waits. */
  next_attempt_at_ms: number
  created_at_ms: number
}

export interface Database {
  checkpoints: CheckpointRow
  dishes: DishRow
  flash_sales: SaleRow
  orders: OrderRow
  payments: PaymentRow
  refunds: RefundRow
  notifications: NotificationRow
  parked_messages: ParkedMessageRow
  webhook_deliveries: WebhookDeliveryRow
}

export type Db = Kysely<Database>
export type Tx = Transaction<Database>
