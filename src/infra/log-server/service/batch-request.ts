import { readStreamName } from "../../wire/fields.ts"
import { type Cursor, enter, readBytes, readVarint, skip } from "../../wire/reader.ts"
import type { Expected } from "../storage/commands.ts"
import { type ProposedEvent, readProposedEvent } from "../wire/proposed-event.ts"

/** What is to become of the events of an append. */
export interface BatchOptions {
  readonly stream: string
  readonly expected: Expected
  /** Until when the client waits, ms since the epoch. */
  readonly deadlineMs: number
}

/** One message of an append: the first has the options, the last is final. */
export interface BatchPart {
  readonly correlationId: Buffer
  readonly options: BatchOptions | null
  readonly events: readonly ProposedEvent[]
  readonly isFinal: boolean
}

/** Reads a `BatchAppendReq` by hand: the generated reader copies every byte and is the slowest part of an append. */
export function readPart(message: Buffer): BatchPart {
  const cursor: Cursor = { bytes: message, at: 0 }
  let correlationId = message.subarray(0, 0)
  let options: BatchOptions | null = null
  const events: ProposedEvent[] = []
  let isFinal = false
  while (cursor.at < message.length) {
    const tag = readVarint(cursor)
    if (tag === 0x0a) correlationId = readBytes(cursor)
    else if (tag === 0x12) options = readOptions(readBytes(cursor))
    else if (tag === 0x1a) events.push(readProposedEvent(readBytes(cursor)))
    else if (tag === 0x20) isFinal = readVarint(cursor) !== 0
    else skip(cursor, tag)
  }
  return { correlationId, options, events, isFinal }
}

const EXPECTATIONS: ReadonlyMap<number, Expected> = new Map([
  [0x1a, "no_stream"],
  [0x22, "any"],
  [0x2a, "stream_exists"],
])

function readOptions(message: Buffer): BatchOptions {
  const cursor: Cursor = { bytes: message, at: 0 }
  let stream = ""
  let expected: Expected = "any"
  let deadlineMs = Number.POSITIVE_INFINITY
  while (cursor.at < message.length) {
    const tag = readVarint(cursor)
    // Beyond 2^53 no stream ever gets: it is as wrong as any other too great revision.
    if (tag === 0x10) expected = Math.min(readVarint(cursor), Number.MAX_SAFE_INTEGER)
    else if (tag === 0x0a) stream = readStreamName(cursor, enter(cursor))
    else if (tag === 0x32) deadlineMs = readTimestampMs(readBytes(cursor))
    else {
      expected = EXPECTATIONS.get(tag) ?? expected
      skip(cursor, tag)
    }
  }
  return { stream, expected, deadlineMs }
}

function readTimestampMs(message: Buffer): number {
  const cursor: Cursor = { bytes: message, at: 0 }
  let ms = 0
  while (cursor.at < message.length) {
    const tag = readVarint(cursor)
    if (tag === 0x08) ms += readVarint(cursor) * 1_000
    else if (tag === 0x10) ms += readVarint(cursor) / 1e6
    else skip(cursor, tag)
  }
  return ms
}
