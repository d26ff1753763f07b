import { createHash } from "node:crypto"
import { open } from "lmdb"
import { TOMBSTONE_REVISION } from "../wire/recorded-event.ts"

/** The events of one append: revisions `last - count + 1` to `last`, in as many places from `firstPlace` on. */
export interface Run {
  readonly last: number
  readonly count: number
  readonly firstPlace: number
}

/** What is looked up of a log. An event's place is its number in the log, counted from 1. */
export interface Lookup {
  lastPlace(): number
  event(place: number): Buffer | undefined
  /** Stored events from `place` on, upwards or downwards, at most `limit`. */
  events(place: number, limit: number, backwards: boolean): Iterable<{ place: number; wire: Buffer }>
  streamId(name: string): number | null
  lastStreamId(): number
  /** Whether there may be streams that hold the metadata of others. */
  hasMetastreams(): boolean
  /** Runs of a stream upwards, beginning with the one that holds `revision`. */
  runsFrom(streamId: number, revision: number): Iterable<Run>
  /** Runs of a stream downwards from its last one; `revision` narrows it to those that begin at or below it. */
  runsDownFrom(streamId: number, revision: number): Iterable<Run>
}

/** What is written of a log: events in the order of their places, streams in that of their ids. */
export interface Writes {
  putEvent(place: number, wire: Buffer): void
  putStream(id: number, name: string): void
  putRun(streamId: number, run: Run): void
}

/** The log in tables on the disk. Writes are allowed inside `transaction` only. */
export interface Tables extends Lookup, Writes {
  /** When this returns, what `write` wrote is on the disk; after a crash, all of it is or nothing. */
  transaction(write: () => void): void
  close(): Promise<void>
}

/** Opens the files in `folder`, or makes them. */
export function openTables(folder: string): Tables {
  const environment = open({
    path: folder,
    // Else a dot in its name would make it a file.
    noSubdir: false,
    maxDbs: 3,
    // What is acknowledged must be on the disk: a commit returns after its sync.
    overlappingSync: false,
    noMemInit: true,
  })
  const events = environment.openDB<Buffer, number>({ name: "events", encoding: "binary" })
  const runs = environment.openDB<Buffer, Buffer>({ name: "runs", encoding: "binary", keyEncoding: "binary" })
  const streams = environment.openDB<Buffer, Buffer>({
    name: "streams",
    encoding: "binary",
    keyEncoding: "binary",
  })

  const greatest = <T>(found: Iterable<T>): T | undefined => {
    for (const one of found) return one
    return undefined
  }
  const readRun = ({ key, value }: { key: Buffer; value: Buffer }): Run => ({
    last: key.readUIntBE(6, 6),
    firstPlace: value.readUIntBE(0, 6),
    count: value.readUInt32BE(6),
  })

  return {
    transaction(write) {
      environment.transactionSync(write)
    },
    lastPlace: () => greatest(events.getKeys({ reverse: true, limit: 1 })) ?? 0,
    event: (place) => events.get(place),
    *events(place, limit, backwards) {
      for (const { key, value } of events.getRange({ start: place, limit, reverse: backwards }))
        yield { place: key, wire: value }
    },
    putEvent(place, wire) {
      // Behind all others: nothing is searched for, and pages are filled to their end.
      const stored: unknown = events.putSync(place, wire, { append: true })
      if (stored !== true) throw new Error(`place ${place} of the log is not behind its end`)
    },
    hasMetastreams: () =>
      [METASTREAMS, LONG_NAMES].some(
        (range) => greatest(streams.getKeys({ ...range, limit: 1 })) !== undefined,
      ),
    streamId: (name) => streams.get(streamKey(name))?.readUIntBE(0, 6) ?? null,
    lastStreamId: () => greatest(runs.getKeys({ reverse: true, limit: 1 }))?.readUIntBE(0, 6) ?? 0,
    putStream(id, name) {
      const value = Buffer.allocUnsafe(6)
      value.writeUIntBE(id, 0, 6)
      streams.putSync(streamKey(name), value)
    },
    putRun(streamId, { last, count, firstPlace }) {
      const value = Buffer.allocUnsafe(10)
      value.writeUIntBE(firstPlace, 0, 6)
      value.writeUInt32BE(count, 6)
      runs.putSync(runKey(streamId, last), value)
    },
    *runsFrom(streamId, revision) {
      const range = { start: runKey(streamId, revision), end: runKey(streamId + 1, 0) }
      for (const entry of runs.getRange(range)) yield readRun(entry)
    },
    *runsDownFrom(streamId, revision) {
      // A run is found under its last revision: the one that holds `revision` may lie above it.
      const holder = greatest(
        runs.getKeys({ start: runKey(streamId, revision), end: runKey(streamId + 1, 0), limit: 1 }),
      )
      const start = holder ?? runKey(streamId, TOMBSTONE_REVISION)
      for (const entry of runs.getRange({
        start,
        end: runKey(streamId - 1, TOMBSTONE_REVISION),
        reverse: true,
      }))
        yield readRun(entry)
    },
    async close() {
      await environment.close()
    },
  }
}

function runKey(streamId: number, revision: number): Buffer {
  const key = Buffer.allocUnsafe(12)
  key.writeUIntBE(streamId, 0, 6)
  key.writeUIntBE(Math.min(revision, TOMBSTONE_REVISION), 6, 6)
  return key
}

const LONGEST_KEPT_NAME = 512

/** Keys of streams whose names begin with `$$`, and of all whose names are too long for a key. */
const METASTREAMS = { start: Buffer.from("0$$"), end: Buffer.from("0$%") }
const LONG_NAMES = { start: Buffer.from("1"), end: Buffer.from("2") }

/** lmdb's keys are short: a long name goes by its digest. The first byte keeps the two kinds apart. */
function streamKey(name: string): Buffer {
  const bytes = Buffer.from(`0${name}`, "utf8")
  if (bytes.length <= LONGEST_KEPT_NAME) return bytes
  return Buffer.concat([Buffer.from("1"), createHash("sha256").update(bytes).digest()])
}
