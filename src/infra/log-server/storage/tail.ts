/** An event of the log: its place, what filters look at, and the bytes that answer a read. */
export interface LogEvent {
  /** Its number in the log, counted from 1. */
  readonly place: number
  readonly stream: string
  readonly type: string
  readonly revision: number
  /** A view of the tail's memory, where another event may be after the next write: whoever waits needs a copy. */
  readonly wire: Buffer
}

/** The last events of the log in memory, so that live subscribers share one copy of each. */
export interface Tail {
  /** An event that is published and still here. */
  get(place: number): LogEvent | undefined
  /** Memory for the bytes of the event that is added next. */
  room(bytes: number): Buffer
  add(event: Omit<LogEvent, "wire">): void
  /** Shows what was added. */
  publish(): void
}

const MOST_EVENTS = 16_384
const MOST_BYTES = 16 * 1_048_576

/** In columns and one piece of memory: an object for each event would live just long enough to cost the most to collect. */
export function createTail(): Tail {
  const memory = Buffer.allocUnsafeSlow(MOST_BYTES)
  const starts = new Int32Array(MOST_EVENTS)
  const sizes = new Int32Array(MOST_EVENTS)
  const revisions = new Float64Array(MOST_EVENTS)
  const streams: string[] = new Array(MOST_EVENTS).fill("")
  const types: string[] = new Array(MOST_EVENTS).fill("")
  /** Places of the first event that is here, of the first that is not yet shown, and of the next one. */
  let oldest = 0
  let shown = 0
  let end = 0
  let start = 0
  let size = 0

  const startOf = (place: number): number => starts[place % MOST_EVENTS]!

  return {
    get(place) {
      if (place < oldest || place >= shown) return undefined
      const at = place % MOST_EVENTS
      return {
        place,
        stream: streams[at]!,
        type: types[at]!,
        revision: revisions[at]!,
        wire: memory.subarray(starts[at]!, starts[at]! + sizes[at]!),
      }
    },
    room(bytes) {
      start += size
      size = bytes
      if (start + size > MOST_BYTES) {
        // What stands behind is older than what stands at the beginning.
        while (oldest < end && startOf(oldest) >= start) oldest++
        start = 0
      }
      while (oldest < end && startOf(oldest) >= start && startOf(oldest) < start + size) oldest++
      return memory.subarray(start, start + size)
    },
    add({ place, stream, type, revision }) {
      if (oldest === end) oldest = place
      else if (end - oldest === MOST_EVENTS) oldest++
      const at = place % MOST_EVENTS
      starts[at] = start
      sizes[at] = size
      revisions[at] = revision
      streams[at] = stream
      types[at] = type
      end = place + 1
    },
    publish() {
      shown = end
    },
  }
}
