import type { NewEvent } from "../domain/event.ts"
import { atMost } from "./at-most.ts"
import { type Clock, sleep } from "./ports/clock.ts"
import {
  type AppendResult,
  type EventStore,
  EventStoreUnavailable,
  type ExpectedRevision,
} from "./ports/event-store.ts"

export type Appended = Exclude<AppendResult, { kind: "unknown" }>

/** Most looks at one log at once: when it comes back, whatever was unknown looks, and others want to read as well. */
const LOOKS_AT_ONCE = 16
const lookers = new WeakMap<object, ReturnType<typeof atMost>>()

/** The limit is one of the log, whoever appends to it. */
function lookersOf(store: object): ReturnType<typeof atMost> {
  const known = lookers.get(store) ?? atMost(LOOKS_AT_ONCE)
  lookers.set(store, known)
  return known
}

export interface AppendDurablyOptions {
  /** Pause after the first unknown outcome; doubles up to the longest. */
  readonly firstPauseMs?: number
  readonly longestPauseMs?: number
}

/**
 * Appends until the outcome is known, however long the log is away; the one place where an unknown outcome is
 * resolved. The stream itself tells: the events stand at their place, so they were appended; others stand there, so
 * the place is lost; nobody does, so the same append is sent again under the same ids. Throws the signal's reason
 * when it aborts: the events may then be there or not.
 */
export function appendDurably(
  store: Pick<EventStore, "append" | "readStream">,
  clock: Clock,
  { firstPauseMs = 50, longestPauseMs = 1_000 }: AppendDurablyOptions = {},
) {
  const inTurn = lookersOf(store)
  return async (
    stream: string,
    expected: ExpectedRevision,
    events: readonly NewEvent[],
    signal?: AbortSignal,
  ): Promise<Appended> => {
    let pauseMs = firstPauseMs
    for (;;) {
      signal?.throwIfAborted()
      const result = await store.append(stream, expected, events)
      if (result.kind !== "unknown") return result
      const found = await lookUntilAnswered()
      if (found !== "nothing") return found
    }

    async function lookUntilAnswered(): Promise<Appended | "nothing"> {
      for (;;) {
        await sleep(clock, pauseMs, signal)
        signal?.throwIfAborted()
        pauseMs = Math.min(2 * pauseMs, longestPauseMs)
        try {
          return await inTurn(() => {
            signal?.throwIfAborted()
            return look(store, stream, expected, events)
          })
        } catch (cause) {
          if (!(cause instanceof EventStoreUnavailable)) throw cause
        }
      }
    }
  }
}

/** What stands where the events were to go. An append is written whole or not at all. */
async function look(
  store: Pick<EventStore, "readStream">,
  stream: string,
  expected: ExpectedRevision,
  events: readonly NewEvent[],
): Promise<Appended | "nothing"> {
  const from = expected === "no_stream" ? 0n : expected + 1n
  let seen = 0
  for await (const { id, revision, position } of store.readStream(stream, { from, limit: events.length })) {
    if (id !== events[seen]?.id) return { kind: "conflict" }
    seen += 1
    if (seen === events.length) return { kind: "appended", revision, position }
  }
  return seen === 0 ? "nothing" : { kind: "conflict" }
}
