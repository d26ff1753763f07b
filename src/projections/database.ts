import type { Kysely, Transaction } from "kysely"

// The tables of the read models: what the outside may read. Written by the projector only, rebuilt from the log at
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
  name: string
  /** The log position up to which the read models have everything, as a decimal text. */
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
  created_at_ms: number
  pay_by_ms: number
}

export interface Database {
  checkpoints: CheckpointRow
  dishes: DishRow
  flash_sales: SaleRow
  orders: OrderRow
}

export type Db = Kysely<Database>
export type Tx = Transaction<Database>
