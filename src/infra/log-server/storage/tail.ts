/** An event of the log: its place, what filters look at, and the bytes that answer a read. */
export interface LogEvent {
  /** Its number in the log, counted from 1. */
  readonly place: number
  readonly stream: string
  readonly type: string
  readonly revision: number
  readonly wire: Buffer
}

/** The last events of the log in memory, so that live subscribers share one copy of each. */
export interface Tail {
  get(place: number): LogEvent | undefined
  add(events: readonly LogEvent[]): void
}

const MOST_EVENTS = 16_384
const MOST_BYTES = 16 * 1_048_576

export function createTail(): Tail {
  const ring: (LogEvent | undefined)[] = new Array(MOST_EVENTS).fill(undefined)
  let oldest = 0
  let end = 0
  let bytes = 0
  const dropOldest = () => {
    const index = oldest++ % MOST_EVENTS
    bytes -= ring[index]?.wire.length ?? 0
    ring[index] = undefined
  }
  return {
    get(place) {
      return place >= oldest && place < end ? ring[place % MOST_EVENTS] : undefined
    },
    add(events) {
      for (const event of events) {
        if (oldest === end) oldest = event.place
        else if (end - oldest === MOST_EVENTS) dropOldest()
        ring[event.place % MOST_EVENTS] = event
        end = event.place + 1
        bytes += event.wire.length
        while (bytes > MOST_BYTES) dropOldest()
      }
    },
  }
}
