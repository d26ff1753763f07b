import * as Dish from "../domain/dish.ts"
import type { RecordedEvent } from "../domain/event.ts"
import * as FlashSale from "../domain/flash-sale.ts"

/** An event of ours, checked, with the id of what it happened to. */
export type Occurrence =
  | { readonly of: "dish"; readonly id: string; readonly event: Dish.Event }
  | { readonly of: "flash sale"; readonly id: string; readonly event: FlashSale.Event }

/** Streams that the read models follow. */
export const followedPrefixes = [Dish.STREAM_PREFIX, FlashSale.STREAM_PREFIX] as const

/** Throws when the log holds something that this code does not know: guessing would make a wrong row. */
export function occurrenceOf({ stream, type, data }: RecordedEvent): Occurrence {
  if (stream.startsWith(FlashSale.STREAM_PREFIX)) {
    const id = stream.slice(FlashSale.STREAM_PREFIX.length)
    return { of: "flash sale", id, event: FlashSale.parse(type, data) }
  }
  if (stream.startsWith(Dish.STREAM_PREFIX)) {
    return { of: "dish", id: stream.slice(Dish.STREAM_PREFIX.length), event: Dish.parse(type, data) }
  }
  throw new Error(`the read models do not follow stream ${stream}`)
}
