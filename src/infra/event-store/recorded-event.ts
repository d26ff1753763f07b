import type { RecordedEvent } from "../../domain/event.ts"
import { readEventId } from "../wire/event-id.ts"
import { readEntry, readStreamName } from "../wire/fields.ts"
import { type Cursor, readBytes, readVarint, readVarint64, skip } from "../wire/reader.ts"

const JSON_TYPE = "application/json"

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

function readRecord(message: Buffer, commit: bigint | null): RecordedEvent {
  const cursor: Cursor = { bytes: message, at: 0 }
  let id: Buffer | null = null
  let stream = ""
  let revision = 0n
  let position: bigint | null = null
  let type = ""
  let contentType = ""
  let created = ""
  let metadata: Buffer | null = null
  let data = message.subarray(0, 0)
  while (cursor.at < message.length) {
    const tag = readVarint(cursor)
    if (tag === 0x0a) id = readEventId(readBytes(cursor))
    else if (tag === 0x12) stream = readStreamName(readBytes(cursor))
    else if (tag === 0x18) revision = readVarint64(cursor)
    else if (tag === 0x28) position = readVarint64(cursor)
    else if (tag === 0x32) {
      const [key, value] = readEntry(readBytes(cursor))
      if (key === "type") type = value
      else if (key === "content-type") contentType = value
      else if (key === "created") created = value
    } else if (tag === 0x3a) metadata = readBytes(cursor)
    else if (tag === 0x42) data = readBytes(cursor)
    else skip(cursor, tag)
  }
  if (!id) throw new Error("the server sent an event without an id")
  const text = contentType === JSON_TYPE ? data.toString("utf8") : null
  return {
    id: id.toString("latin1"),
    stream,
    revision,
    position: position ?? commit ?? 0n,
    type,
    data: text === null ? data : parsed(text, text),
    // Few readers want it.
    get metadata() {
      return metadata?.length ? parsed(metadata.toString("utf8"), metadata) : undefined
    },
    recordedAtMs: msOf(created),
  }
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
