import { z } from "zod"
import { CancelReason } from "../domain/order.ts"
import { Instant } from "../domain/time.ts"

// What other services are told. A message is a contract of its own: an event may change behind it, and what only
// concerns us (request ids, payload hashes) stays out. A published name or shape is never edited; fields may be added.

/** Of every message of this catalogue. A change that its readers must know of is a new version, on a new topic. */
export const SCHEMA_VERSION = 1

export const ORDERS_TOPIC = "hash-coffee.orders.v1"
export const FLASH_SALES_TOPIC = "hash-coffee.flash-sales.v1"
export const topics = [ORDERS_TOPIC, FLASH_SALES_TOPIC] as const
export type Topic = (typeof topics)[number]

const at = Instant.describe("When it happened")
const saleId = z.string().describe("The flash sale")
const quantity = z.int().min(1).describe("Cups")
const fen = (meaning: string) => z.int().min(0).describe(meaning)

const order = z.object({
  orderId: z.string().describe("The order"),
  saleId,
  userId: z.string().describe("The buyer"),
  quantity,
})
const capture = {
  paymentId: z.string().describe("The payment that was captured"),
  transactionId: z.string().describe("The provider's id of the capture"),
  amountFen: fen("Money of the capture"),
}
const terms = z.object({
  saleId,
  title: z.string().describe("For people"),
  dishId: z.string().optional().describe("What is sold"),
  storeId: z.string().optional().describe("Where"),
  priceFen: fen("Of one cup"),
  stock: z.int().describe("Cups that the terms offer; adjustments are told apart"),
  perUserLimit: z.int().describe("Cups that one user may hold or have bought"),
  startsAt: Instant.describe("First moment of the sale"),
  endsAt: Instant.describe("Its end"),
  paymentWindowSeconds: z.int().describe("How long an order waits for its payment"),
  at,
})
const steered = z.object({ saleId, at })

interface Published {
  readonly topic: Topic
  readonly meaning: string
  readonly data: z.ZodObject
}

/** Every message by its event's name. */
export const published = {
  OrderPlaced: {
    topic: ORDERS_TOPIC,
    meaning: "A buyer has an order; its cups are held until `payBy`.",
    data: order.extend({
      amountFen: fen("To be paid"),
      payBy: Instant.describe("Unpaid then, it is cancelled"),
      at,
    }),
  },
  OrderPaid: {
    topic: ORDERS_TOPIC,
    meaning: "An order is paid.",
    data: order.extend({
      ...capture,
      late: z
        .boolean()
        .describe("It had been cancelled by its timeout; the cups were taken again for this payment"),
      at,
    }),
  },
  OrderCancelled: {
    topic: ORDERS_TOPIC,
    meaning: "An order has ended unpaid. With the reason `timeout` its time to pay was up.",
    data: order.extend({ reason: CancelReason.describe("Why"), at }),
  },
  RefundRequested: {
    topic: ORDERS_TOPIC,
    meaning: "Money came for an order that could no longer be served; it is on its way back.",
    data: order.extend({ ...capture, at }),
  },
  OrderRefunded: {
    topic: ORDERS_TOPIC,
    meaning: "The money of an order's payment is back.",
    data: order.extend({ ...capture, at }),
  },
  FlashSaleScheduled: {
    topic: FLASH_SALES_TOPIC,
    meaning: "A sale is announced.",
    data: terms,
  },
  FlashSaleChanged: {
    topic: FLASH_SALES_TOPIC,
    meaning: "A sale's terms are now these.",
    data: terms.extend({ stockDelta: z.int().describe("By how many cups the change moves the capacity") }),
  },
  FlashSalePaused: { topic: FLASH_SALES_TOPIC, meaning: "A sale takes no orders for now.", data: steered },
  FlashSaleResumed: { topic: FLASH_SALES_TOPIC, meaning: "A paused sale goes on.", data: steered },
  FlashSaleClosed: {
    topic: FLASH_SALES_TOPIC,
    meaning: "A sale takes no more orders, for good.",
    data: steered,
  },
  StockAdjusted: {
    topic: FLASH_SALES_TOPIC,
    meaning: "Cups were added to a sale or taken from it.",
    data: steered.extend({
      delta: z.int().describe("Cups more, or less when below zero"),
      reason: z.string().describe("The operator's words"),
    }),
  },
  StockReserved: {
    topic: FLASH_SALES_TOPIC,
    meaning: "Cups are held for an order. A late payment may take them a second time for the same order.",
    data: order.extend({
      unitPriceFen: fen("Of one cup"),
      amountFen: fen("To be paid"),
      reservedAt: Instant.describe("When the buyer got them"),
      payBy: Instant.describe("Unpaid then, they come back"),
    }),
  },
  ReservationReleased: {
    topic: FLASH_SALES_TOPIC,
    meaning: "The cups of an order that has ended are for sale again.",
    data: order.extend({ at }),
  },
} as const satisfies Record<string, Published>

export type MessageType = keyof typeof published
export const messageTypes = Object.keys(published) as MessageType[]

/** What stands around the data of each message. */
export const envelope = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION).describe("Of the message's shape"),
  type: z.string().describe("What happened: the event's name"),
  eventId: z
    .string()
    .describe("The same however often the message comes: what was done for it is not done again"),
  position: z
    .string()
    .regex(/^\d+$/)
    .describe("The event's place in the log, a decimal number: larger is later"),
  recordedAt: Instant.describe("When the log took it"),
})

type DataOf<Type extends MessageType> = z.infer<(typeof published)[Type]["data"]>
export type MessageOf<Type extends MessageType> = Omit<z.infer<typeof envelope>, "type"> & {
  readonly type: Type
  readonly data: DataOf<Type>
}
export type AnyMessage = { [Type in MessageType]: MessageOf<Type> }[MessageType]

/**
 * The message in a Kafka value; null when it is of a type that is not `wanted`, which nobody checks then, or that this code
 * does not know, for topics grow. Throws when it is no message of ours.
 */
export function parseMessage(
  value: string,
  wanted: readonly MessageType[] = messageTypes,
): AnyMessage | null {
  const json: unknown = JSON.parse(value)
  if (messageTypes.some((known) => isOf(known, json) && !wanted.includes(known))) return null
  const { type, ...around } = envelope.parse(json)
  if (!Object.hasOwn(published, type)) return null
  const { data } = z.object({ data: published[type as MessageType].data }).parse(json)
  return { ...around, type, data } as AnyMessage
}

const isOf = (type: MessageType, json: unknown): boolean =>
  (json as { readonly type?: unknown } | null)?.type === type
