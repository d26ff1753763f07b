import type {
  EventStore,
  Filter,
  SubscribeAllOptions,
  SubscriptionMessage,
} from "../commands/ports/event-store.ts"
import type { RecordedEvent } from "../domain/event.ts"

/** Events that are kept for subscribers which are a little behind, some 10 MB; whoever is further behind reads alone. */
const KEPT_MAX = 8_192

/** The end of the log, as one subscription reads it for all. */
interface Tail {
  /** Every event of interest after `from` and up to `to`; the first one kept is number `first`. */
  readonly events: RecordedEvent[]
  first: number
  from: bigint
  to: bigint
  ended: boolean
}

/**
 * A store whose subscribers to the whole log read its end together: an event is sent and decoded once, however many
 * follow, and none of them is told of each event that is of no interest to it. Everything that they filter for must be in
 * streams of these `prefixes`. Who catches up, or falls too far behind, has a subscription of its own.
 */
export function shareTail<Store extends Pick<EventStore, "subscribeAll">>(
  store: Store,
  prefixes: readonly string[],
): Store {
  const waiting = new Set<() => void>()
  let tail: Tail | null = null
  let subscribers = 0
  let ending = new AbortController()
  let waking = false

  async function* subscribeAll(options: SubscribeAllOptions): AsyncGenerator<SubscriptionMessage> {
    const reader: Reader = { ...options, last: options.after ?? null, caughtUp: false }
    subscribers++
    try {
      while (!reader.signal.aborted) {
        yield* alone(reader)
        yield* together(reader)
      }
    } finally {
      if (--subscribers === 0) ending.abort()
    }
  }

  /** By a subscription of its own, until what follows is kept for all. */
  async function* alone(reader: Reader): AsyncGenerator<SubscriptionMessage> {
    const { filter, last } = reader
    const joining = new AbortController()
    const signal = AbortSignal.any([reader.signal, joining.signal])
    try {
      for await (const message of store.subscribeAll({
        filter,
        signal,
        ...(last === null ? {} : { after: last }),
      })) {
        if (message.kind === "caught_up") reader.caughtUp = true
        else reader.last = positionOf(message)
        yield message
        if (message.kind === "caught_up" && reader.last !== null) tail ??= startTail(reader.last)
        if (tail && reader.last !== null && reader.last >= tail.from) return
      }
    } finally {
      joining.abort()
    }
  }

  async function* together(reader: Reader): AsyncGenerator<SubscriptionMessage> {
    const { signal, filter } = reader
    const joined = tail
    if (!joined) return
    let next = joined.first
    while (!signal.aborted && !joined.ended && next >= joined.first) {
      const event = joined.events[next - joined.first]
      if (event) {
        next++
        // The tail may be behind what was read alone.
        if (event.position <= reader.last! || !matches(filter, event)) continue
        reader.last = event.position
        yield { kind: "event", event }
      } else if (joined.to > reader.last!) {
        reader.last = joined.to
        yield { kind: "checkpoint", position: joined.to }
      } else if (!reader.caughtUp) {
        reader.caughtUp = true
        yield { kind: "caught_up" }
      } else await more(signal)
    }
  }

  function startTail(from: bigint): Tail {
    const begun: Tail = { events: [], first: 0, from, to: from, ended: false }
    ending = new AbortController()
    // What it fails of, those who then read alone meet themselves.
    read(begun, ending.signal).catch(() => undefined)
    return begun
  }

  async function read(begun: Tail, signal: AbortSignal): Promise<void> {
    try {
      const filter = { streamPrefixes: prefixes }
      for await (const message of store.subscribeAll({ filter, after: begun.from, signal })) {
        if (message.kind === "caught_up") continue
        if (message.kind === "event") keep(begun, message.event)
        begun.to = positionOf(message)
        wakeSoon()
      }
    } finally {
      begun.ended = true
      if (tail === begun) tail = null
      wakeSoon()
    }
  }

  /** After all that has come at once, so that each subscriber is woken once for it. */
  function wakeSoon(): void {
    if (waking) return
    waking = true
    setImmediate(() => {
      waking = false
      for (const wake of waiting) wake()
    })
  }

  async function more(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = () => resolve()
    waiting.add(wake)
    signal.addEventListener("abort", wake)
    if (signal.aborted) wake()
    await promise
    signal.removeEventListener("abort", wake)
    waiting.delete(wake)
  }

  return { ...store, subscribeAll }
}

/** A subscriber, the last position that it has been told, and whether it was told that it has caught up. */
type Reader = SubscribeAllOptions & { last: bigint | null; caughtUp: boolean }

function keep(tail: Tail, event: RecordedEvent): void {
  tail.events.push(event)
  if (tail.events.length <= KEPT_MAX) return
  const dropped = tail.events.splice(0, KEPT_MAX >> 2)
  tail.first += dropped.length
  tail.from = dropped.at(-1)!.position
}

const positionOf = (message: Exclude<SubscriptionMessage, { kind: "caught_up" }>): bigint =>
  message.kind === "event" ? message.event.position : message.position

const matches = (filter: Filter, { stream, type }: RecordedEvent): boolean =>
  "eventTypes" in filter
    ? filter.eventTypes.includes(type)
    : filter.streamPrefixes.some((prefix) => stream.startsWith(prefix))
