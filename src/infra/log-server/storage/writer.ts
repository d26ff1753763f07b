import { randomUUID } from "node:crypto"
import {
  encodeRecordedEvent,
  idOf,
  metadataFields,
  streamField,
  TOMBSTONE_REVISION,
} from "../wire/recorded-event.ts"
import { check, type Lookups } from "./check.ts"
import type { Outcome, ValidEvent, WriteCommand } from "./commands.ts"
import type { Database } from "./database.ts"
import { isMetastream, metastreamOf, originalOf } from "./metastreams.ts"
import { positionOf } from "./positions.ts"
import { createRecentIds } from "./recent-ids.ts"
import { firstReadable, isSoftDeleted, type Stream, type Streams } from "./streams.ts"
import type { Tail } from "./tail.ts"

export interface Writer {
  /** Does one write inside the current transaction. The streams that it writes to are added to `written`. */
  write(command: WriteCommand, written: Set<string>): Outcome
  /** Where the log ends, with all that was written. */
  lastPlace(): number
}

const EMPTY: Buffer = Buffer.alloc(0)

interface Storage {
  readonly database: Database
  readonly streams: Streams
  readonly tail: Tail
  /** The clock, ms since the epoch. */
  readonly now: () => number
}

/** The only one who writes. */
export function createWriter({ database, streams, tail, now }: Storage): Writer {
  const recentIds = createRecentIds()
  /** Of the event before, as most are of one kind and many of one moment. */
  let before = { type: "", contentType: "", createdMs: -1, fields: EMPTY }
  let lastPlace = database.lastPlace()

  const lookups: Lookups = {
    streams,
    *ids(stream, revision) {
      if (stream.id === null) return
      let wanted = revision
      for (const run of database.runsFrom(stream.id, revision)) {
        for (; wanted <= run.last; wanted++) {
          const wire = database.event(placeIn(run, wanted))
          if (!wire) return
          yield idOf(wire)
        }
      }
    },
    recentRevision: (stream, id) => recentIds.revision(stream.name, id),
  }

  function store(
    stream: Stream,
    events: readonly ValidEvent[],
    firstRevision: number,
    written: Set<string>,
  ): void {
    stream.id ??= database.createStream(stream.name)
    const streamBytes = streamField(stream.name)
    const createdMs = now()
    const firstPlace = lastPlace + 1
    let revision = firstRevision
    for (const { id, type, contentType, customMetadata, data } of events) {
      if (type !== before.type || contentType !== before.contentType || createdMs !== before.createdMs)
        before = { type, contentType, createdMs, fields: metadataFields(type, contentType, createdMs) }
      const place = ++lastPlace
      const position = positionOf(place)
      const wire = encodeRecordedEvent(
        { id, revision, position, customMetadata, data },
        streamBytes,
        before.fields,
        tail.room,
      )
      database.putEvent(place, wire)
      recentIds.add(id, stream.name, revision)
      tail.add({ place, stream: stream.name, type, revision })
      revision++
    }
    written.add(stream.name)
    stream.last = revision - 1
    database.putRun(stream.id, { last: stream.last, count: events.length, firstPlace })
    if (isMetastream(stream.name)) streams.metadataChanged(originalOf(stream.name))
  }

  function storeSystemEvent(
    stream: Stream,
    type: string,
    data: string,
    revision: number,
    written: Set<string>,
  ): void {
    const id = Buffer.from(randomUUID(), "latin1")
    const event = {
      id,
      type,
      contentType: data === "" ? "application/octet-stream" : "application/json",
      customMetadata: EMPTY,
      data: Buffer.from(data, "utf8"),
    }
    store(stream, [event], revision, written)
  }

  function truncate(name: string, before: string, written: Set<string>): void {
    const metastream = streams.get(metastreamOf(name))
    storeSystemEvent(metastream, "$metadata", `{"$tb":${before}}`, metastream.last + 1, written)
  }

  function positionOfRevision(stream: Stream, revision: number): number | null {
    if (stream.id === null || revision < firstReadable(stream, streams.metadata(stream))) return null
    for (const run of database.runsFrom(stream.id, revision)) return positionOf(placeIn(run, revision))
    return null
  }

  function append(stream: Stream, command: WriteCommand & { kind: "append" }, written: Set<string>): Outcome {
    const checked = check(stream, command.expected, command.events, lookups)
    if (checked.kind === "stream_deleted") return checked
    if (checked.kind === "wrong_version") return { kind: "wrong_version", actual: stream.last }
    if (checked.kind === "repeated") {
      const { revision } = checked
      return { kind: "done", revision, position: positionOfRevision(stream, revision) }
    }
    const wasSoftDeleted = isSoftDeleted(streams.metadata(stream))
    const original = isMetastream(stream.name) ? streams.get(originalOf(stream.name)) : null
    const originalWasSoftDeleted = original !== null && isSoftDeleted(streams.metadata(original))
    const readableFrom = stream.last + 1
    if (command.events.length > 0) store(stream, command.events, readableFrom, written)
    const position = positionOf(lastPlace)
    // A soft-deleted stream that is written to again shows what follows and hides what was before.
    if (wasSoftDeleted) truncate(stream.name, String(readableFrom), written)
    if (originalWasSoftDeleted) truncate(original.name, String(original.last + 1), written)
    return { kind: "done", revision: stream.last, position }
  }

  function remove(
    stream: Stream,
    command: WriteCommand & { kind: "delete" | "tombstone" },
    written: Set<string>,
  ): Outcome {
    // Checked as if one event that is nowhere yet were to be appended.
    const checked = check(stream, command.expected, [{ id: EMPTY }], lookups)
    if (checked.kind === "stream_deleted") return checked
    const nothingToDelete = stream.last < 0 && streams.get(metastreamOf(stream.name)).last < 0
    if (checked.kind !== "write" || (command.kind === "delete" && nothingToDelete))
      return { kind: "wrong_version", actual: stream.last }
    if (command.kind === "delete") truncate(stream.name, "9223372036854775807", written)
    else storeSystemEvent(stream, "$streamDeleted", "", TOMBSTONE_REVISION, written)
    return { kind: "done", revision: stream.last, position: positionOf(lastPlace) }
  }

  return {
    write(command, written) {
      const stream = streams.get(command.stream)
      return command.kind === "append" ? append(stream, command, written) : remove(stream, command, written)
    },
    lastPlace: () => lastPlace,
  }
}

const placeIn = (run: { last: number; count: number; firstPlace: number }, revision: number): number =>
  run.firstPlace + run.count - 1 - (run.last - revision)
