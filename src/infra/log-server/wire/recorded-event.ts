import { structuredId } from "../../wire/event-id.ts"
import { readEntry } from "../../wire/fields.ts"
import { type Cursor, enter, readBytes, readVarint, skip } from "../../wire/reader.ts"
import { field, fieldSize, varintSize, writeField, writeVarint } from "../../wire/writer.ts"

/** Stands for the revision of a tombstone, which is 2^63 - 1 on the wire and more than any stream reaches. */
export const TOMBSTONE_REVISION = 2 ** 48 - 1

/** An event about to be stored. Revision and position are whole numbers below 2^53. */
export interface EventToRecord {
  readonly id: Buffer
  readonly revision: number
  readonly position: number
  readonly customMetadata: Buffer
  readonly data: Buffer
}

/** What the reader of a stored event needs to know of it. */
export interface RecordedEvent {
  readonly id: string
  readonly stream: string
  readonly type: string
  readonly data: Buffer
}

const TICKS_PER_MS = 10_000n
const ID_FIELD_SIZE = 40

/** The part of a recorded event that is the same for every event of one stream. */
export const streamField = (name: string): Buffer => field(0x12, field(0x1a, Buffer.from(name, "utf8")))

/** The part of a recorded event that says its type, content type and time (ms since the epoch). */
export function metadataFields(type: string, contentType: string, createdMs: number): Buffer {
  const ticks = BigInt(createdMs) * TICKS_PER_MS
  const entries = [
    ["created", ticks.toString()],
    ["type", type],
    ["content-type", contentType],
  ] as const
  return Buffer.concat(
    entries.map(([key, value]) =>
      field(0x32, Buffer.concat([field(0x0a, Buffer.from(key)), field(0x12, Buffer.from(value, "utf8"))])),
    ),
  )
}

/**
 * Encodes the `ReadResp` that will answer every read of this event, so that reading it later is copying bytes.
 * `stream` and `metadata` come from `streamField` and `metadataFields`; `room` gives memory of a size.
 */
export function encodeRecordedEvent(
  event: EventToRecord,
  stream: Buffer,
  metadata: Buffer,
  room: (bytes: number) => Buffer,
): Buffer {
  const { id, position, customMetadata, data } = event
  const isTombstone = event.revision === TOMBSTONE_REVISION
  const revisionSize = isTombstone ? TOMBSTONE_FIELD.length : 1 + varintSize(event.revision)
  const positionSize = varintSize(position)
  const recorded =
    ID_FIELD_SIZE +
    stream.length +
    revisionSize +
    2 * (1 + positionSize) +
    metadata.length +
    (customMetadata.length > 0 ? fieldSize(customMetadata.length) : 0) +
    (data.length > 0 ? fieldSize(data.length) : 0)
  const readEvent = fieldSize(recorded) + 1 + positionSize
  const target = room(fieldSize(readEvent))
  target[0] = 0x0a
  let at = writeVarint(target, 1, readEvent)
  target[at] = 0x0a
  at = writeVarint(target, at + 1, recorded)
  target[at] = 0x0a
  target[at + 1] = 38
  target[at + 2] = 0x12
  target[at + 3] = 36
  target.set(id, at + 4)
  at += ID_FIELD_SIZE
  target.set(stream, at)
  at += stream.length
  if (isTombstone) target.set(TOMBSTONE_FIELD, at)
  else {
    target[at] = 0x18
    writeVarint(target, at + 1, event.revision)
  }
  at += revisionSize
  target[at] = 0x20
  at = writeVarint(target, at + 1, position)
  target[at] = 0x28
  at = writeVarint(target, at + 1, position)
  target.set(metadata, at)
  at += metadata.length
  if (customMetadata.length > 0) at = writeField(target, at, 0x3a, customMetadata)
  if (data.length > 0) at = writeField(target, at, 0x42, data)
  target[at] = 0x18
  writeVarint(target, at + 1, position)
  return target
}

const TOMBSTONE_FIELD = Buffer.from("18ffffffffffffffff7f", "hex")

/** Opens a stored `ReadResp`; answers a cursor at its recorded event and where that ends. */
function recordedEvent(wire: Buffer): { cursor: Cursor; end: number } {
  const cursor: Cursor = { bytes: wire, at: 1 }
  readVarint(cursor)
  cursor.at++
  const length = readVarint(cursor)
  return { cursor, end: cursor.at + length }
}

/** Reads a stored event. */
export function readRecordedEvent(wire: Buffer): RecordedEvent {
  const { cursor, end } = recordedEvent(wire)
  const id = wire.toString("latin1", cursor.at + 4, cursor.at + ID_FIELD_SIZE)
  cursor.at += ID_FIELD_SIZE
  let stream = ""
  let type = ""
  let data = wire.subarray(0, 0)
  while (cursor.at < end) {
    const tag = readVarint(cursor)
    if (tag === 0x12) {
      const identifier: Cursor = { bytes: readBytes(cursor), at: 1 }
      stream = readBytes(identifier).toString("utf8")
    } else if (tag === 0x32) {
      const [key, value] = readEntry(cursor, enter(cursor))
      if (key === "type") type = value
    } else if (tag === 0x42) data = readBytes(cursor)
    else skip(cursor, tag)
  }
  return { id, stream, type, data }
}

/** The time of a stored event, in ms since the epoch. */
export function createdMs(wire: Buffer): number {
  const { cursor, end } = recordedEvent(wire)
  while (cursor.at < end) {
    const tag = readVarint(cursor)
    if (tag !== 0x32) {
      skip(cursor, tag)
      continue
    }
    const [key, value] = readEntry(cursor, enter(cursor))
    if (key === "created") return Number(BigInt(value) / TICKS_PER_MS)
  }
  return 0
}

/** The 36 bytes of a stored event's id, as a view. */
export function idOf(wire: Buffer): Buffer {
  const { cursor } = recordedEvent(wire)
  return wire.subarray(cursor.at + 4, cursor.at + ID_FIELD_SIZE)
}

/** The same `ReadResp` with its event id as two 64-bit halves. */
export function withStructuredId(wire: Buffer): Buffer {
  const { cursor, end } = recordedEvent(wire)
  const id = field(0x0a, structuredId(idOf(wire).toString("latin1")))
  const recorded = field(0x0a, Buffer.concat([id, wire.subarray(cursor.at + ID_FIELD_SIZE, end)]))
  return field(0x0a, Buffer.concat([recorded, wire.subarray(end)]))
}
