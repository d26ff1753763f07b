import type {
  EventStore,
  ExpectedRevision,
  Filter,
  SubscriptionMessage,
} from "../../src/commands/ports/event-store.ts"
import type { NewEvent, RecordedEvent } from "../../src/domain/event.ts"
import { encodeEvents } from "../../src/infra/event-store/encoded-events.ts"

export interface MemoryLog extends EventStore {
  /** Every event, in commit order. */
  readonly all: readonly RecordedEvent[]
}

/** The event store's port in memory, for tests that must own every moment; held to the port's contract suite. */
export function createMemoryLog(now: () => number = Date.now): MemoryLog {
  const all: RecordedEvent[] = []
  const streams = new Map<string, RecordedEvent[]>()
  let woken = Promise.withResolvers<void>()

  const of = (stream: string): RecordedEvent[] => streams.get(stream) ?? []

  function append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]) {
    const recorded = of(stream)
    const next = expected === "no_stream" ? 0 : Number(expected) + 1
    const there = recorded.slice(next, next + events.length)
    const repeated =
      there.length === events.length && events.every(({ id }, index) => there[index]!.id === id)
    if (!repeated && recorded.length !== next) return { kind: "conflict" } as const
    if (!repeated) {
      const added = events.map((event, index) => ({
        ...(JSON.parse(JSON.stringify(event)) as NewEvent),
        stream,
        revision: BigInt(next + index),
        position: BigInt(all.length + index + 1) * 10n,
        recordedAtMs: now(),
      }))
      streams.set(stream, [...recorded, ...added])
      all.push(...added)
      woken.resolve()
      woken = Promise.withResolvers()
    }
    const last = of(stream)[next + events.length - 1]!
    return { kind: "appended", revision: last.revision, position: last.position } as const
  }

  async function* follow(
    next: () => readonly RecordedEvent[],
    signal: AbortSignal,
    checkpoint?: () => bigint,
  ): AsyncGenerator<SubscriptionMessage> {
    let caughtUp = false
    let passed = 0n
    while (!signal.aborted) {
      const more = woken.promise
      for (const event of next()) {
        if (signal.aborted) return
        passed = event.position
        yield { kind: "event", event }
      }
      const position = checkpoint?.() ?? 0n
      if (position > passed) yield { kind: "checkpoint", position }
      passed = position
      if (!caughtUp) yield { kind: "caught_up" }
      caughtUp = true
      await Promise.race([more, aborted(signal)])
    }
  }

  return {
    all,
    async append(stream, expected, events) {
      encodeEvents(stream, expected, events)
      return append(stream, expected, events)
    },
    async *readStream(stream, { from, direction = "forwards", limit = Number.POSITIVE_INFINITY } = {}) {
      const events = of(stream)
      if (direction === "forwards") yield* events.slice(Number(from ?? 0n)).slice(0, limit)
      else
        yield* events
          .slice(0, from === undefined ? undefined : Number(from) + 1)
          .reverse()
          .slice(0, limit)
    },
    async *readAll({ from, direction = "forwards", limit = Number.POSITIVE_INFINITY } = {}) {
      if (direction === "forwards")
        yield* all.filter(({ position }) => position >= (from ?? 0n)).slice(0, limit)
      else
        yield* all
          .filter(({ position }) => from === undefined || position < from)
          .reverse()
          .slice(0, limit)
    },
    endPosition: async () => all.at(-1)?.position ?? 0n,
    subscribeStream({ stream, after, isKnown, signal }) {
      let at = after === undefined ? 0 : Number(after) + 1
      return follow(() => {
        const events = of(stream).slice(at)
        at += events.length
        return events.filter(({ revision }) => !isKnown?.(revision))
      }, signal)
    },
    subscribeAll({ filter, after = 0n, signal }) {
      let seen = after
      return follow(
        () => {
          const events = all.filter((event) => event.position > seen && matches(filter, event))
          seen = all.at(-1)?.position ?? seen
          return events
        },
        signal,
        () => seen,
      )
    },
    async close() {},
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener("abort", () => resolve(), { once: true })
  })

const matches = (filter: Filter, { stream, type }: RecordedEvent): boolean =>
  "eventTypes" in filter
    ? filter.eventTypes.includes(type)
    : filter.streamPrefixes.some((prefix) => stream.startsWith(prefix))
