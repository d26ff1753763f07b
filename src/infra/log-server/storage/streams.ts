import { readRecordedEvent, TOMBSTONE_REVISION } from "../wire/recorded-event.ts"
import { isMetastream, metastreamOf } from "./metastreams.ts"
import { recentMap } from "./recent-map.ts"
import type { Lookup } from "./tables.ts"

/** What the metadata stream of a stream says about reading it. */
export interface StreamMetadata {
  /** Revisions below this are not read; `Infinity` after a soft delete. */
  readonly truncateBefore: number
  readonly maxCount: number
  readonly maxAgeMs: number
}

/** The state of one stream; the writer keeps it current. */
export interface Stream {
  readonly name: string
  /** Null until its first event. */
  id: number | null
  /** Revision of the last event, -1 when there is none, `TOMBSTONE_REVISION` when it is gone for good. */
  last: number
  /** Null until it is asked for again after a change. */
  metadata: StreamMetadata | null
}

export interface Streams {
  get(name: string): Stream
  metadata(stream: Stream): StreamMetadata
  /** What is known of the metadata of `name` no longer holds. */
  metadataChanged(name: string): void
}

const KEPT_STREAMS = 50_000

export const isTombstoned = (stream: Stream): boolean => stream.last === TOMBSTONE_REVISION
export const isSoftDeleted = (metadata: StreamMetadata): boolean => metadata.truncateBefore === Infinity

/** The first revision that a read may return. */
export const firstReadable = (stream: Stream, metadata: StreamMetadata): number =>
  Math.max(0, metadata.truncateBefore, stream.last - metadata.maxCount + 1)

/** The streams, as the database has them; those in use are kept in memory. */
export function openStreams(database: Lookup): Streams {
  const kept = recentMap<string, Stream>(KEPT_STREAMS)
  // In most logs no stream has metadata, and then it is not looked for with each new stream.
  let someHaveMetadata = database.hasMetastreams()

  function get(name: string): Stream {
    const known = kept.get(name)
    if (known) return known
    const id = database.streamId(name)
    const stream: Stream = { name, id, last: id === null ? -1 : lastRevision(id), metadata: null }
    kept.set(name, stream)
    return stream
  }

  function lastRevision(id: number): number {
    for (const run of database.runsDownFrom(id, TOMBSTONE_REVISION)) return run.last
    return -1
  }

  function readMetadata(name: string): StreamMetadata {
    const metastream = get(metastreamOf(name))
    if (metastream.id === null || metastream.last < 0) return NO_METADATA
    for (const run of database.runsDownFrom(metastream.id, metastream.last)) {
      const wire = database.event(run.firstPlace + run.count - 1)
      if (wire) return parseMetadata(readRecordedEvent(wire).data)
    }
    return NO_METADATA
  }

  return {
    get,
    metadata(stream) {
      if (!someHaveMetadata) return NO_METADATA
      // A metadata stream has no metadata of its own.
      stream.metadata ??= isMetastream(stream.name) ? NO_METADATA : readMetadata(stream.name)
      return stream.metadata
    },
    metadataChanged(name) {
      someHaveMetadata = true
      const stream = kept.get(name)
      if (stream) stream.metadata = null
    },
  }
}

const NO_METADATA: StreamMetadata = { truncateBefore: 0, maxCount: Infinity, maxAgeMs: Infinity }

/** The greatest revision in JSON, 2^63 - 1, has no exact `number`: from its rounded value on it means "all". */
const EVERYTHING = 2 ** 63

/** Metadata that is no JSON object restricts nothing, as in EventStoreDB. */
function parseMetadata(data: Buffer): StreamMetadata {
  let found: Record<string, unknown> = {}
  try {
    found = Object(JSON.parse(data.toString("utf8")))
  } catch {
    return NO_METADATA
  }
  const number = (key: string, otherwise: number): number => {
    const value = found[key]
    return typeof value === "number" && value >= 0 ? value : otherwise
  }
  const truncateBefore = number("$tb", 0)
  return {
    truncateBefore: truncateBefore >= EVERYTHING ? Infinity : truncateBefore,
    maxCount: number("$maxCount", Infinity),
    maxAgeMs: number("$maxAge", Infinity) * 1_000,
  }
}
