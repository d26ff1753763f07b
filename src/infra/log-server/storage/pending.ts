import { isMetastream } from "./metastreams.ts"
import type { Lookup, Run, Writes } from "./tables.ts"

/** What is not yet in the tables. */
export interface Pending extends Writes {
  /** Looks things up here and behind it. */
  readonly lookup: Lookup
  /** Writes all of it again, in its order. */
  writeTo(writes: Writes): void
  clear(): void
}

/**
 * Events are the caller's memory until `clear`. What is looked up is a copy: readers may still have it then.
 */
export function createPending(tables: Lookup): Pending {
  let firstPlace = 0
  let lastStreamId = 0
  let wires: Buffer[] = []
  const streams = new Map<string, number>()
  const runs = new Map<number, Run[]>()

  function clear(): void {
    firstPlace = tables.lastPlace() + 1
    lastStreamId = tables.lastStreamId()
    wires = []
    streams.clear()
    runs.clear()
  }

  const lastPlace = (): number => firstPlace + wires.length - 1

  const event = (place: number): Buffer | undefined => {
    const wire = wires[place - firstPlace]
    return wire && Buffer.from(wire)
  }

  function* eventsUp(place: number, limit: number): Generator<{ place: number; wire: Buffer }> {
    let left = limit
    if (place < firstPlace)
      for (const found of tables.events(place, limit, false)) {
        yield found
        left--
      }
    for (let at = Math.max(place, firstPlace); left > 0 && at <= lastPlace(); at++, left--)
      yield { place: at, wire: event(at)! }
  }

  function* eventsDown(place: number, limit: number): Generator<{ place: number; wire: Buffer }> {
    let left = limit
    let at = Math.min(place, lastPlace())
    for (; left > 0 && at >= firstPlace; at--, left--) yield { place: at, wire: event(at)! }
    if (left > 0) yield* tables.events(at, left, true)
  }

  clear()
  return {
    clear,
    putEvent(place, wire) {
      if (place !== lastPlace() + 1) throw new Error(`place ${place} of the log is not behind its end`)
      wires.push(wire)
    },
    putStream(id, name) {
      streams.set(name, id)
      lastStreamId = id
    },
    putRun(streamId, run) {
      const before = runs.get(streamId)
      if (before) before.push(run)
      else runs.set(streamId, [run])
    },
    writeTo(writes) {
      let place = firstPlace
      for (const wire of wires) writes.putEvent(place++, wire)
      for (const [name, id] of streams) writes.putStream(id, name)
      for (const [streamId, ofStream] of runs) for (const run of ofStream) writes.putRun(streamId, run)
    },
    lookup: {
      lastPlace,
      event: (place) => (place < firstPlace ? tables.event(place) : event(place)),
      events: (place, limit, backwards) => (backwards ? eventsDown(place, limit) : eventsUp(place, limit)),
      streamId: (name) => streams.get(name) ?? tables.streamId(name),
      lastStreamId: () => lastStreamId,
      hasMetastreams: () => tables.hasMetastreams() || [...streams.keys()].some(isMetastream),
      *runsFrom(streamId, revision) {
        yield* tables.runsFrom(streamId, revision)
        for (const run of runs.get(streamId) ?? []) if (run.last >= revision) yield run
      },
      *runsDownFrom(streamId, revision) {
        for (const run of runs.get(streamId)?.toReversed() ?? [])
          if (run.last - run.count < revision) yield run
        yield* tables.runsDownFrom(streamId, revision)
      },
    },
  }
}
