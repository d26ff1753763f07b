import type { RecordedEvent } from "../../domain/event.ts"
import { readEventId } from "../wire/event-id.ts"
import { readEntry, readStreamName } from "../wire/fields.ts"
import { type Cursor, enter, readBytes, readVarint, readVarint64, skip } from "../wire/reader.ts"

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
  return new ReadEvent(recorded, commit)
}

/** The revision in a `ReadEvent`, of a link the link's; nothing else of it is read. */
export function readRevision(message: Buffer): bigint {
  const record: Cursor = { bytes: message, at: 0 }
  while (record.at < message.length) {
    const tag = readVarint(record)
    if (tag !== 0x0a && tag !== 0x12) skip(record, tag)
    else {
      const end = enter(record)
      while (record.at < end) {
        const tag = readVarint(record)
        if (tag === 0x18) return readVarint64(record)
        skip(record, tag)
      }
    }
  }
  return 0n
}

/**
 * Its data and metadata are parsed when they are asked for: what waits for its turn is few objects, and nobody asks for all.
 * A class, as V8 makes a slow object of each literal that has a getter.
 */
class ReadEvent implements RecordedEvent {
  readonly id: string
  readonly stream: string = ""
  readonly revision: bigint = 0n
  readonly position: bigint
  readonly type: string = ""
  readonly recordedAtMs: number = 0
  readonly #bytes: Buffer
  readonly #isJson: boolean
  readonly #dataAt: number = 0
  readonly #dataEnd: number = 0
  readonly #metadataAt: number = 0
  readonly #metadataEnd: number = 0
  #data: unknown

  constructor(bytes: Buffer, commit: bigint | null) {
    const cursor: Cursor = { bytes, at: 0 }
    let id: Buffer | null = null
    let position: bigint | null = null
    let contentType = ""
    while (cursor.at < bytes.length) {
      const tag = readVarint(cursor)
      if (tag === 0x0a) id = readEventId(readBytes(cursor))
      else if (tag === 0x12) this.stream = readStreamName(cursor, enter(cursor))
      else if (tag === 0x18) this.revision = readVarint64(cursor)
      else if (tag === 0x28) position = readVarint64(cursor)
      else if (tag === 0x32) {
        const [key, value] = readEntry(cursor, enter(cursor))
        if (key === "type") this.type = value
        else if (key === "content-type") contentType = value
        else if (key === "created") this.recordedAtMs = msOf(value)
      } else if (tag === 0x3a) {
        this.#metadataEnd = enter(cursor)
        this.#metadataAt = cursor.at
        cursor.at = this.#metadataEnd
      } else if (tag === 0x42) {
        this.#dataEnd = enter(cursor)
        this.#dataAt = cursor.at
        cursor.at = this.#dataEnd
      } else skip(cursor, tag)
    }
    if (!id) throw new Error("the server sent an event without an id")
    this.id = id.toString("latin1")
    this.position = position ?? commit ?? 0n
    this.#bytes = bytes
    this.#isJson = contentType === JSON_TYPE
  }

  get data(): unknown {
    this.#data ??= this.#readData()
    return this.#data
  }

  get metadata(): unknown {
    const bytes = this.#bytes.subarray(this.#metadataAt, this.#metadataEnd)
    return bytes.length > 0 ? parsed(bytes.toString("utf8"), bytes) : undefined
  }

  #readData(): unknown {
    if (!this.#isJson) return this.#bytes.subarray(this.#dataAt, this.#dataEnd)
    const text = this.#bytes.toString("utf8", this.#dataAt, this.#dataEnd)
    return parsed(text, text)
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
