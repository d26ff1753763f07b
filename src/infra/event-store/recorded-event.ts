import type { RecordedEvent } from "../../domain/event.ts"
import { readEventId } from "../wire/event-id.ts"
import { readEntry, readStreamName } from "../wire/fields.ts"
import { type Cursor, readBytes, readVarint, readVarint64, skip } from "../wire/reader.ts"

const JSON_TYPE = "application/json"
const EMPTY: Buffer = Buffer.alloc(0)

/** Reads a `ReadEvent`: the event at its place; of a link, which is not followed, the link. */
export function readRecordedEvent(message: Buffer): RecordedEvent {
  const cursor: Cursor = { bytes: message, at: 0 }
  let event: Buffer | null = null
  let link: Buffer | null = null
  let commit: bigint | null = null
  while (cursor.at < message.length) {
    const tag = readVarint(cursor)
    if (tag === 0x0a) event = readBytes(cursor)
    else if (tag === 0x12) link = readBytes(cursor)
    else if (tag === 0x18) commit = readVarint64(cursor)
    else skip(cursor, tag)
  }
  const recorded = event ?? link
  if (!recorded) throw new Error("the server sent an event without content")
  return readRecord(recorded, commit)
}

/** The revision in a `ReadEvent`, of a link the link's; nothing else of it is read. */
export function readRevision(message: Buffer): bigint {
  const record: Cursor = { bytes: message, at: 0 }
  while (record.at < message.length) {
    const tag = readVarint(record)
    if (tag !== 0x0a && tag !== 0x12) skip(record, tag)
    else {
      const end = readVarint(record) + record.at
      while (record.at < end) {
        const tag = readVarint(record)
        if (tag === 0x18) return readVarint64(record)
        skip(record, tag)
      }
    }
  }
  return 0n
}

/** Its metadata is parsed when it is asked for. A class, as V8 makes a slow object of each literal that has a getter. */
class ReadEvent implements RecordedEvent {
  id = ""
  stream = ""
  revision = 0n
  position = 0n
  type = ""
  data: unknown = EMPTY
  recordedAtMs = 0
  #metadata = EMPTY

  get metadata(): unknown {
    const bytes = this.#metadata
    return bytes.length > 0 ? parsed(bytes.toString("utf8"), bytes) : undefined
  }

  keepMetadata(bytes: Buffer): void {
    this.#metadata = bytes
  }
}

function readRecord(message: Buffer, commit: bigint | null): RecordedEvent {
  const cursor: Cursor = { bytes: message, at: 0 }
  const event = new ReadEvent()
  let id: Buffer | null = null
  let position: bigint | null = null
  let contentType = ""
  let data = EMPTY
  while (cursor.at < message.length) {
    const tag = readVarint(cursor)
    if (tag === 0x0a) id = readEventId(readBytes(cursor))
    else if (tag === 0x12) event.stream = readStreamName(readBytes(cursor))
    else if (tag === 0x18) event.revision = readVarint64(cursor)
    else if (tag === 0x28) position = readVarint64(cursor)
    else if (tag === 0x32) {
      const [key, value] = readEntry(readBytes(cursor))
      if (key === "type") event.type = value
      else if (key === "content-type") contentType = value
      else if (key === "created") event.recordedAtMs = msOf(value)
    } else if (tag === 0x3a) event.keepMetadata(readBytes(cursor))
    else if (tag === 0x42) data = readBytes(cursor)
    else skip(cursor, tag)
  }
  if (!id) throw new Error("the server sent an event without an id")
  event.id = id.toString("latin1")
  event.position = position ?? commit ?? 0n
  const text = contentType === JSON_TYPE ? data.toString("utf8") : null
  event.data = text === null ? data : parsed(text, text)
  return event
}

/** What is no JSON, though it says so, stays as it is. */
function parsed<Otherwise>(text: string, otherwise: Otherwise): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return otherwise
  }
}

/** Milliseconds of a time in ticks of 100 ns, as decimal digits. */
const msOf = (ticks: string): number => Number(ticks.slice(0, -4)) || 0

/** Events that the server writes for itself. */
export const isSystemEvent = ({ type }: Pick<RecordedEvent, "type">): boolean => type.startsWith("$")
