import { type Clock, sleep } from "../commands/ports/clock.ts"
import type { EventStore, Filter, SubscriptionMessage } from "../commands/ports/event-store.ts"
import type { RecordedEvent } from "../domain/event.ts"
import { inBatches } from "../projections/batches.ts"
import { sideBySide } from "./work-loop.ts"

/** A policy: what is to be done when an event has happened. */
export interface Reactor {
  /** Of its durable offset; a stored name is never changed. */
  readonly name: string
  readonly filter: Filter
  /** Which events must be reacted to one after another; those of different lanes go side by side. */
  readonly laneOf: (event: RecordedEvent) => string
  /** Done again after a crash, so the second time must change nothing. Rejects when it could not be done now. */
  readonly react: (event: RecordedEvent) => Promise<void>
}

/** The durable offsets of reactors. */
export interface Checkpoints {
  load(name: string): Promise<bigint | null>
  save(name: string, position: bigint): Promise<void>
}

export interface ReactorDeps {
  readonly store: Pick<EventStore, "subscribeAll">
  readonly checkpoints: Checkpoints
  readonly clock: Clock
  /** Told of each failure, before the retry. */
  readonly onFailure: (name: string, cause: unknown) => void
}

/** Most events of a batch, and most lanes at work at once. */
const BATCH = { max: 500, lingerMs: 5 }
const LANES_AT_ONCE = 128
const RETRY_MIN_MS = 100
const RETRY_MAX_MS = 5_000

/**
 * Follows the log from the reactor's offset and moves the offset after the effects of a batch, never before. What fails
 * is tried again until it is done: an effect is late rather than lost.
 */
export function startReactor(deps: ReactorDeps, reactor: Reactor): { stop(): Promise<void> } {
  const { store, checkpoints, clock, onFailure } = deps
  const stopping = new AbortController()
  const { signal } = stopping
  const ended = run()
  return {
    stop() {
      stopping.abort()
      return ended
    },
  }

  async function run(): Promise<void> {
    for (let retryMs = RETRY_MIN_MS; !signal.aborted; retryMs = Math.min(2 * retryMs, RETRY_MAX_MS)) {
      const ending = new AbortController()
      try {
        await follow(AbortSignal.any([signal, ending.signal]), () => {
          retryMs = RETRY_MIN_MS
        })
      } catch (cause) {
        onFailure(reactor.name, cause)
        await sleep(clock, retryMs, signal)
      } finally {
        ending.abort()
      }
    }
  }

  async function follow(subscription: AbortSignal, onProgress: () => void): Promise<void> {
    const after = await checkpoints.load(reactor.name)
    const source = store.subscribeAll({
      filter: reactor.filter,
      signal: subscription,
      ...(after === null ? {} : { after }),
    })
    for await (const batch of inBatches(source, clock, BATCH)) {
      await reactAll(batch.flatMap((message) => (message.kind === "event" ? [message.event] : [])))
      const position = lastPosition(batch)
      if (position !== null) await checkpoints.save(reactor.name, position)
      onProgress()
    }
  }

  function reactAll(events: readonly RecordedEvent[]): Promise<void> {
    const lanes = [...Map.groupBy(events, reactor.laneOf).values()]
    return sideBySide(lanes, LANES_AT_ONCE, async (lane) => {
      for (const event of lane) await reactor.react(event)
    })
  }
}

function lastPosition(batch: readonly SubscriptionMessage[]): bigint | null {
  for (const message of batch.toReversed()) {
    if (message.kind === "event") return message.event.position
    if (message.kind === "checkpoint") return message.position
  }
  return null
}
