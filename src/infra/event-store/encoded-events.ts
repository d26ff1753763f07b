import type { ExpectedRevision } from "../../commands/ports/event-store.ts"
import type { NewEvent } from "../../domain/event.ts"

/** An event as text, which is made once: what is measured is what is sent. Sizes are in bytes of UTF-8. */
export interface EncodedEvent {
  readonly id: string
  readonly type: string
  readonly typeBytes: number
  readonly metadata: string
  readonly metadataBytes: number
  readonly data: string
  readonly dataBytes: number
}

export interface EncodedEvents {
  readonly events: readonly EncodedEvent[]
  /** Their size as the server counts it. */
  readonly bytes: number
}

/** The server's own limit of one append: data and metadata, and types at two bytes a character. */
export const APPEND_MAX_BYTES = 1_048_576

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Throws a `TypeError` or `RangeError` for what must never be sent: no name, no event, no type, too much. */
export function encodeEvents(
  stream: string,
  expected: ExpectedRevision,
  events: readonly NewEvent[],
): EncodedEvents {
  if (stream === "") throw new TypeError("an append needs the name of a stream")
  if (events.length === 0) throw new TypeError(`an append to ${stream} needs an event`)
  if (expected !== "no_stream" && (expected < 0n || expected > Number.MAX_SAFE_INTEGER))
    throw new RangeError(`${expected} is not a revision`)
  let bytes = 0
  const encoded = events.map((event) => {
    const each = encode(stream, event)
    bytes += 2 * each.type.length + each.metadataBytes + each.dataBytes
    return each
  })
  if (bytes >= APPEND_MAX_BYTES)
    throw new RangeError(`an append to ${stream} has ${bytes} bytes; under ${APPEND_MAX_BYTES} are taken`)
  return { events: encoded, bytes }
}

function encode(stream: string, { id, type, ...event }: NewEvent): EncodedEvent {
  if (type === "") throw new TypeError(`an event for ${stream} has no type`)
  if (!UUID.test(id)) throw new TypeError(`${id} is not the id of an event: lower-case UUIDs are`)
  const metadata = JSON.stringify(event.metadata)
  const data = JSON.stringify(event.data)
  return {
    id,
    type,
    typeBytes: Buffer.byteLength(type),
    metadata,
    metadataBytes: Buffer.byteLength(metadata),
    data,
    dataBytes: Buffer.byteLength(data),
  }
}
