import { readEventId } from "../../wire/event-id.ts"
import { readEntry } from "../../wire/fields.ts"
import { type Cursor, readBytes, readVarint, skip } from "../../wire/reader.ts"

/** An event as a client sent it. The buffers are views of the request. */
export interface ProposedEvent {
  /** 36 bytes of lower-case text; null when the client sent no legal id. */
  readonly id: Buffer | null
  /** Null when the client did not name it. */
  readonly type: string | null
  readonly contentType: string | null
  readonly customMetadata: Buffer
  readonly data: Buffer
}

const EMPTY: Buffer = Buffer.alloc(0)

/** Reads a `ProposedMessage`, which is the same in Append and in BatchAppend. */
export function readProposedEvent(message: Buffer): ProposedEvent {
  const cursor: Cursor = { bytes: message, at: 0 }
  let id: Buffer | null = null
  let type: string | null = null
  let contentType: string | null = null
  let customMetadata = EMPTY
  let data = EMPTY
  let entries = 0
  while (cursor.at < message.length) {
    const tag = readVarint(cursor)
    if (tag === 0x0a) id = readEventId(readBytes(cursor))
    else if (tag === 0x12) {
      const { key, value } = readMetadata(readBytes(cursor), entries++)
      if (key === "type") type = value
      else if (key === "content-type") contentType = value
    } else if (tag === 0x1a) customMetadata = readBytes(cursor)
    else if (tag === 0x22) data = readBytes(cursor)
    else skip(cursor, tag)
  }
  return { id, type, contentType, customMetadata, data }
}

interface Entry {
  readonly bytes: Buffer
  readonly key: string
  readonly value: string
}

/** The metadata of the event before, entry by entry: almost always it is that of the next one too. */
const before: (Entry | undefined)[] = [undefined, undefined]
const LONGEST_KEPT = 256

/** Reads the entry of an event's metadata that stands at this place among them. */
function readMetadata(entry: Buffer, place: number): Omit<Entry, "bytes"> {
  const known = before[place]
  if (known?.bytes.equals(entry)) return known
  const [key, value] = readEntry({ bytes: entry, at: 0 }, entry.length)
  // A copy, as a view would keep the whole request.
  if (place < before.length && entry.length <= LONGEST_KEPT)
    before[place] = { bytes: Buffer.from(entry), key, value }
  return { key, value }
}
