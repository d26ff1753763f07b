import type { Expected, ValidEvent } from "./commands.ts"
import { metastreamOf } from "./metastreams.ts"
import { isSoftDeleted, isTombstoned, type Stream, type Streams } from "./streams.ts"

/** Whether a write may go ahead, by the rules of EventStoreDB. */
export type Check =
  | { readonly kind: "write" }
  /** These very events are there already; `revision` is that of the last of them. */
  | { readonly kind: "repeated"; readonly revision: number }
  | { readonly kind: "wrong_version" }
  | { readonly kind: "stream_deleted" }

/** What the check looks up. */
export interface Lookups {
  readonly streams: Streams
  /** Ids of stored events of `stream` from `revision` on, in order. */
  ids(stream: Stream, revision: number): Iterable<Buffer>
  /** Revision of a recent event of `stream` with this id, or null. */
  recentRevision(stream: Stream, id: Buffer): number | null
}

const WRITE: Check = { kind: "write" }
const WRONG_VERSION: Check = { kind: "wrong_version" }
const STREAM_DELETED: Check = { kind: "stream_deleted" }

/** Decides on writing events with these ids. A repetition is known by its ids at its expected place. */
export function check(
  stream: Stream,
  expected: Expected,
  events: readonly Pick<ValidEvent, "id">[],
  lookups: Lookups,
): Check {
  if (isTombstoned(stream)) return STREAM_DELETED
  const { streams } = lookups
  const softDeleted = isSoftDeleted(streams.metadata(stream))
  if (expected === "stream_exists") {
    if (softDeleted) return STREAM_DELETED
    if (stream.last < 0 && streams.get(metastreamOf(stream.name)).last < 0) return WRONG_VERSION
  }
  if (expected === "any" || expected === "stream_exists") return checkAnywhere(stream, events, lookups)
  const revision = expected === "no_stream" ? -1 : expected
  if (revision > stream.last) return WRONG_VERSION
  if (revision === stream.last) return WRITE
  return checkRepeated(stream, revision, events, softDeleted && expected === "no_stream", lookups)
}

/** Without an expected place only recent events are remembered, as in EventStoreDB: after a restart none. */
function checkAnywhere(stream: Stream, events: readonly Pick<ValidEvent, "id">[], lookups: Lookups): Check {
  let revision: number | null = null
  for (const { id } of events) {
    const found = lookups.recentRevision(stream, id)
    if (found === null) return revision === null ? WRITE : WRONG_VERSION
    revision = found
  }
  return revision === null ? WRITE : { kind: "repeated", revision }
}

function checkRepeated(
  stream: Stream,
  after: number,
  events: readonly Pick<ValidEvent, "id">[],
  mayStartAnew: boolean,
  lookups: Lookups,
): Check {
  if (events.length === 0) return WRONG_VERSION
  const stored = lookups.ids(stream, after + 1)[Symbol.iterator]()
  let revision = after
  for (const { id } of events) {
    const next = stored.next()
    if (next.done || !next.value.equals(id)) {
      stored.return?.()
      return revision === after && mayStartAnew ? WRITE : WRONG_VERSION
    }
    revision++
  }
  stored.return?.()
  return { kind: "repeated", revision }
}
