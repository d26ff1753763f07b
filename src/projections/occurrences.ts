import * as Dish from "../domain/dish.ts"
import type { RecordedEvent } from "../domain/event.ts"
import * as FlashSale from "../domain/flash-sale.ts"
import * as Order from "../domain/order.ts"
import * as Payment from "../domain/payment.ts"

/** An event of ours, checked, with the id of what it happened to. */
export type Occurrence =
  | { readonly of: "dish"; readonly id: string; readonly event: Dish.Event }
  | { readonly of: "flash sale"; readonly id: string; readonly event: FlashSale.Event }
  | { readonly of: "order"; readonly id: string; readonly event: Order.Event }
  | { readonly of: "payment"; readonly id: string; readonly event: Payment.Event }

/** Streams that the read models follow. */
export const followedPrefixes = [
  Dish.STREAM_PREFIX,
  FlashSale.STREAM_PREFIX,
  Order.STREAM_PREFIX,
  Payment.STREAM_PREFIX,
] as const

/** Throws when the log holds something that this code does not know: guessing would make a wrong row. */
export function occurrenceOf({ stream, type, data }: RecordedEvent): Occurrence {
  const prefix = followedPrefixes.find((followed) => stream.startsWith(followed))
  const id = stream.slice(prefix?.length)
  switch (prefix) {
    case Dish.STREAM_PREFIX:
      return { of: "dish", id, event: Dish.parse(type, data) }
    case FlashSale.STREAM_PREFIX:
      return { of: "flash sale", id, event: FlashSale.parse(type, data) }
    case Order.STREAM_PREFIX:
      return { of: "order", id, event: Order.parse(type, data) }
    case Payment.STREAM_PREFIX:
      return { of: "payment", id, event: Payment.parse(type, data) }
    default:
      throw new Error(`the read models do not follow stream ${stream}`)
  }
}
