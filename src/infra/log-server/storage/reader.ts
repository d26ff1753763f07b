import type { Lookup, Run } from "./tables.ts"
import type { Tail } from "./tail.ts"

/** A stored event at its place in the log. */
export interface PlacedEvent {
  readonly place: number
  readonly wire: Buffer
}

/** Some events of a stream in reading order, and whether there may be more behind `next`. */
export interface StreamPage {
  readonly wires: readonly Buffer[]
  readonly next: number
  readonly more: boolean
}

/** Which events of a stream a page takes. */
export interface StreamRange {
  readonly streamId: number
  /** The first revision in reading order. */
  readonly from: number
  /** No lower revision is read. */
  readonly lowest: number
  readonly limit: number
  readonly keep: (wire: Buffer) => boolean
}

/**
 * Reads by pages: no cursor stays open between them, so that a slow reader neither holds old pages of the database
 * nor collects events in memory.
 */
export interface Reader {
  streamUp(range: StreamRange): StreamPage
  streamDown(range: StreamRange): StreamPage
  /** Events of the log from `place` on, upwards or downwards. */
  all(place: number, limit: number, backwards: boolean): readonly PlacedEvent[]
}

const PAGE_EVENTS = 256
const PAGE_BYTES = 1_048_576

export function createReader(database: Lookup, tail: Tail): Reader {
  const wireAt = (place: number): Buffer => {
    const wire = tail.get(place)?.wire ?? database.event(place)
    if (!wire) throw new Error(`the log has no event at place ${place}, though a stream refers to it`)
    return wire
  }

  function collect(
    runs: Iterable<Run>,
    { from, lowest, limit, keep }: StreamRange,
    step: 1 | -1,
  ): StreamPage {
    const wires: Buffer[] = []
    const most = Math.min(limit, PAGE_EVENTS)
    let looked = 0
    let bytes = 0
    let next = from
    for (const run of runs) {
      const first = run.last - run.count + 1
      let revision = step === 1 ? Math.max(from, first, lowest) : Math.min(from, run.last)
      for (; revision <= run.last && revision >= first; revision += step) {
        if (revision < lowest) return { wires, next, more: false }
        if (wires.length >= most || looked >= PAGE_EVENTS || bytes >= PAGE_BYTES)
          return { wires, next, more: true }
        const wire = wireAt(run.firstPlace + revision - first)
        looked++
        next = revision + step
        if (!keep(wire)) continue
        wires.push(wire)
        bytes += wire.length
      }
    }
    return { wires, next, more: false }
  }

  function fromTail(place: number, limit: number): PlacedEvent[] {
    const found: PlacedEvent[] = []
    let bytes = 0
    for (let at = place; found.length < limit && bytes < PAGE_BYTES; at++) {
      const event = tail.get(at)
      if (!event) break
      found.push(event)
      bytes += event.wire.length
    }
    return found
  }

  function fromDisk(place: number, limit: number, backwards: boolean): PlacedEvent[] {
    const found: PlacedEvent[] = []
    let bytes = 0
    for (const event of database.events(place, limit, backwards)) {
      found.push(event)
      bytes += event.wire.length
      if (bytes >= PAGE_BYTES) break
    }
    return found
  }

  return {
    streamUp: (range) =>
      collect(database.runsFrom(range.streamId, Math.max(range.from, range.lowest)), range, 1),
    streamDown: (range) => collect(database.runsDownFrom(range.streamId, range.from), range, -1),
    all(place, limit, backwards) {
      const most = Math.min(limit, PAGE_EVENTS)
      const live = backwards ? [] : fromTail(place, most)
      return live.length > 0 ? live : fromDisk(place, most, backwards)
    },
  }
}
