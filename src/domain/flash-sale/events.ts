import { z } from "zod"
import { text } from "../text.ts"
import { Instant } from "../time.ts"

/** Largest quantity of one order, whatever a sale's own limit. */
export const ORDER_MAX_UNITS = 1_000
/** Largest stock of a sale, adjustments included. */
export const STOCK_MAX_UNITS = 10_000_000

const Fen = z.int().min(0)
const Units = z.int().min(1)

/** What a sale offers; every field as it stands after the event. */
export const Terms = z.object({
  title: text(1, 200),
  dishId: z.string().optional(),
  storeId: z.string().optional(),
  priceFen: z.int().min(1).max(100_000_000),
  stock: z.int().min(1).max(STOCK_MAX_UNITS),
  perUserLimit: z.int().min(1).max(ORDER_MAX_UNITS),
  startsAt: Instant,
  endsAt: Instant,
  paymentWindowSeconds: z.int().min(1),
})
export type Terms = z.infer<typeof Terms>

/** A command outside the hot path is remembered by its request id, so that a repeated one changes nothing. */
const Asked = z.object({ requestId: z.string(), payloadHash: z.string(), at: Instant })

const Reserving = z.object({
  /** `<user>:<Idempotency-Key>`. */
  requestId: z.string(),
  userId: z.string(),
  quantity: Units,
  payloadHash: z.string(),
})

/** Why a permit was not turned into an order; `expired` ends one whose request nobody finished. */
export const PermitRefusal = z.enum(["sale_not_open", "sale_paused", "limit_exceeded", "sold_out", "expired"])
export type PermitRefusal = z.infer<typeof PermitRefusal>

/** Every event of a sale's stream `flashSale-<id>`. A stored name or shape is never edited. */
export const schemas = {
  FlashSaleScheduled: Terms.extend({ saleId: z.string(), at: Instant }),
  /** `stockDelta` is by how much the change moves the capacity. */
  FlashSaleChanged: Terms.extend({ stockDelta: z.int(), at: Instant }),
  FlashSalePaused: Asked,
  FlashSaleResumed: Asked,
  FlashSaleClosed: Asked,
  StockAdjusted: Asked.extend({ delta: z.int(), reason: z.string() }),
  StockReserved: Reserving.extend({
    /** `<sale id>-<revision of this event>`: the order names the very event that sold it. */
    orderId: z.string(),
    unitPriceFen: Fen,
    amountFen: Fen,
    /** The permit's instant, by the gate's clock. */
    reservedAt: Instant,
    payBy: Instant,
  }),
  PermitRefused: Reserving.extend({ reason: PermitRefusal }),
  ReservationReleased: z.object({
    orderId: z.string(),
    requestId: z.string(),
    userId: z.string(),
    quantity: Units,
    at: Instant,
  }),
  /** Fences off every permit of an older epoch; the gate is then loaded anew from the stream. */
  GateOpened: z.object({ epoch: z.int().min(1) }),
} as const

type Schemas = typeof schemas
export type EventType = keyof Schemas
export type EventOf<Type extends EventType> = { type: Type; data: z.infer<Schemas[Type]> }
export type Event = { [Type in EventType]: EventOf<Type> }[EventType]

/** The event of a recorded type and payload; throws when the log holds something that this code does not know. */
export function parse(type: string, data: unknown): Event {
  const schema = schemas[type as EventType]
  if (!schema) throw new Error(`unknown event type ${type} in a flash sale's stream`)
  return { type, data: schema.parse(data) } as Event
}

export const STREAM_PREFIX = "flashSale-"
export const streamOf = (saleId: string): string => STREAM_PREFIX + saleId

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
/** Shapes of ids; anything else is unknown without looking. */
export const SALE_ID = new RegExp(`^${UUID}$`)
export const ORDER_ID = new RegExp(`^(${UUID})-(0|[1-9][0-9]{0,14})$`)

/** The order that the event at `revision` of this sale's stream creates. */
export const orderIdAt = (saleId: string, revision: number): string => `${saleId}-${revision}`
