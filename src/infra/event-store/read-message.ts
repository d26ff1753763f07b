import type { SubscriptionMessage } from "../../commands/ports/event-store.ts"
import { readCommitPosition } from "../wire/fields.ts"
import { type Cursor, readBytes, readVarint, skip } from "../wire/reader.ts"
import { readRecordedEvent, readRevision } from "./recorded-event.ts"

/** What the server sends to a read or a subscription. `other`: what concerns neither. */
export type ReadMessage = SubscriptionMessage | { readonly kind: "confirmed" | "no_stream" | "other" }

/** Whether the reader knows the event at this revision by other ways. */
export type IsKnown = (revision: bigint) => boolean

const CONFIRMED: ReadMessage = { kind: "confirmed" }
const NO_STREAM: ReadMessage = { kind: "no_stream" }
const CAUGHT_UP: ReadMessage = { kind: "caught_up" }
const OTHER: ReadMessage = { kind: "other" }

/** Reads a `ReadResp` by hand: the generated reader is the largest part of what a read costs. An event that is known is `other`. */
export function readMessage(message: Buffer, isKnown?: IsKnown): ReadMessage {
  const cursor: Cursor = { bytes: message, at: 0 }
  let read = OTHER
  while (cursor.at < message.length) {
    const tag = readVarint(cursor)
    if (tag === 0x0a) {
      const event = readBytes(cursor)
      if (!isKnown?.(readRevision(event))) read = { kind: "event", event: readRecordedEvent(event) }
    } else if (tag === 0x1a) read = { kind: "checkpoint", position: readCommitPosition(readBytes(cursor)) }
    else {
      if (tag === 0x12) read = CONFIRMED
      else if (tag === 0x22) read = NO_STREAM
      else if (tag === 0x42) read = CAUGHT_UP
      skip(cursor, tag)
    }
  }
  return read
}
