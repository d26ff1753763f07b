import { z } from "zod"
import { ORDER_MAX_UNITS, STOCK_MAX_UNITS } from "../../domain/flash-sale.ts"
import { text } from "../../domain/text.ts"
import { toInstant } from "../../domain/time.ts"
import { example } from "../../http/openapi.ts"
import { Position } from "./position.ts"

/** A year; a payment window beyond it is a slip. */
const PAYMENT_WINDOW_MAX_SECONDS = 31_536_000

const Name = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/)
/** UTC, any precision; kept in milliseconds. */
const Time = z.iso
  .datetime()
  .describe("UTC, ending in Z")
  .transform((text) => toInstant(Date.parse(text)))

const terms = {
  title: text(1, 200),
  dishId: Name.optional(),
  storeId: Name.optional(),
  priceFen: z.int().min(1).max(100_000_000),
  stock: z.int().min(1).max(STOCK_MAX_UNITS),
  perUserLimit: z.int().min(1).max(ORDER_MAX_UNITS),
}
const PaymentWindow = z.int().min(1).max(PAYMENT_WINDOW_MAX_SECONDS)

export const NewFlashSale = z
  .strictObject({
    ...terms,
    startsAt: Time,
    endsAt: Time,
    paymentWindowSeconds: PaymentWindow.default(900),
  })
  .meta(
    example({
      title: "Flat white for 9.90",
      priceFen: 990,
      stock: 1_000,
      perUserLimit: 2,
      startsAt: "2030-01-01T02:00:00Z",
      endsAt: "2030-01-01T04:00:00Z",
    }),
  )

export const FlashSaleChanges = z
  .strictObject({ ...terms, startsAt: Time, endsAt: Time, paymentWindowSeconds: PaymentWindow })
  .partial()
  .meta(example({ title: "Flat white for 9.90, while it lasts" }))

const SaleStatus = z.enum(["scheduled", "open", "paused", "ended", "closed"])

/** The answer to a new sale. */
export const ScheduledFlashSale = z.object({
  id: z.string(),
  ...terms,
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
  paymentWindowSeconds: z.int(),
  status: SaleStatus,
  position: Position,
})

/** The answer to a command that changes a sale. */
export const SteeredFlashSale = z.object({ id: z.string(), status: SaleStatus, position: Position })

export const StockAdjustment = z
  .strictObject({
    delta: z
      .int()
      .min(-STOCK_MAX_UNITS)
      .max(STOCK_MAX_UNITS)
      .refine((delta) => delta !== 0, "must not be 0")
      .meta({ not: { const: 0 } }),
    reason: text(1, 200),
  })
  .meta(example({ delta: 50, reason: "more beans" }))
