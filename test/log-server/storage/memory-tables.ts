import { isMetastream } from "../../../src/infra/log-server/storage/metastreams.ts"
import type { Run, Tables } from "../../../src/infra/log-server/storage/tables.ts"

/** What the tables hold, as one value: a transaction puts another in its place. */
export interface Content {
  readonly events: readonly Buffer[]
  readonly streams: ReadonlyMap<string, number>
  readonly runs: ReadonlyMap<number, readonly Run[]>
}

export const NOTHING: Content = { events: [], streams: new Map(), runs: new Map() }

/** Tables that only `commit` makes last: all of a transaction, or nothing of it. */
export function memoryTables(content: () => Content, commit: (next: Content) => void): Tables {
  let events: Buffer[] = []
  let streams = new Map<string, number>()
  let runs = new Map<number, readonly Run[]>()
  return {
    transaction(write) {
      events = [...content().events]
      streams = new Map(content().streams)
      runs = new Map(content().runs)
      write()
      commit({ events, streams, runs })
    },
    lastPlace: () => content().events.length,
    event: (place) => content().events[place - 1],
    *events(place, limit, backwards) {
      const step = backwards ? -1 : 1
      for (let at = place, left = limit; left > 0; at += step, left--) {
        const wire = content().events[at - 1]
        if (!wire) return
        yield { place: at, wire }
      }
    },
    streamId: (name) => content().streams.get(name) ?? null,
    lastStreamId: () => Math.max(0, ...content().runs.keys()),
    hasMetastreams: () => [...content().streams.keys()].some(isMetastream),
    *runsFrom(streamId, revision) {
      for (const run of content().runs.get(streamId) ?? []) if (run.last >= revision) yield run
    },
    *runsDownFrom(streamId, revision) {
      for (const run of content().runs.get(streamId)?.toReversed() ?? [])
        if (run.last - run.count < revision) yield run
    },
    putEvent(place, wire) {
      if (place !== events.length + 1) throw new Error(`place ${place} behind ${events.length}`)
      // The tables have the bytes from now on; whose memory it was may use it for others.
      events.push(Buffer.from(wire))
    },
    putStream: (id, name) => streams.set(name, id),
    putRun: (streamId, run) => runs.set(streamId, [...(runs.get(streamId) ?? []), run]),
    close: async () => {},
  }
}
