import type { ExpectedRevision } from "../../commands/ports/event-store.ts"
import type { NewEvent } from "../../domain/event.ts"

/** The server's own limit of one append, in bytes of data, metadata and types. */
export const APPEND_MAX_BYTES = 1_048_576

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Throws a `TypeError` or `RangeError` for what must never be sent: no name, no event, no type, too much. */
export function checkAppend(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): void {
  if (stream === "") throw new TypeError("an append needs the name of a stream")
  if (events.length === 0) throw new TypeError(`an append to ${stream} needs an event`)
  if (expected !== "no_stream" && expected < 0n) throw new RangeError(`${expected} is not a revision`)
  let bytes = 0
  for (const { id, type, data, metadata } of events) {
    if (type === "") throw new TypeError(`an event for ${stream} has no type`)
    if (!UUID.test(id)) throw new TypeError(`${id} is not the id of an event: lower-case UUIDs are`)
    bytes += Buffer.byteLength(type) + Buffer.byteLength(JSON.stringify(data))
    bytes += Buffer.byteLength(JSON.stringify(metadata))
  }
  if (bytes >= APPEND_MAX_BYTES) {
    throw new RangeError(`an append to ${stream} has ${bytes} bytes; under ${APPEND_MAX_BYTES} are taken`)
  }
}
