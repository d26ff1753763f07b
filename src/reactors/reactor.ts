import type { Clock } from "../commands/ports/clock.ts"
import type { EventStore, Filter } from "../commands/ports/event-store.ts"
import type { RecordedEvent } from "../domain/event.ts"
import { startFollower } from "../projections/follower.ts"
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

/** Nobody waits for an offset that only passes over what is of no interest. */
const BATCH = { max: 500, lingerMs: 5, everyMs: 20, idleMs: 500 }
/** How many lanes are at work at once. A burst of appends leaves in one piece for one commit of the log: the larger, the cheaper. */
const LANES_AT_ONCE = 250

/**
 * Follows the log from the reactor's offset and moves the offset after the effects of a batch, never before. What fails
 * is tried again until it is done: an effect is late rather than lost.
 */
export function startReactor(
  { store, checkpoints, clock, onFailure }: ReactorDeps,
  { name, filter, laneOf, react }: Reactor,
): { stop(): Promise<void> } {
  return startFollower({
    store,
    clock,
    filter,
    limits: BATCH,
    readCheckpoint: () => checkpoints.load(name),
    async perform({ events, to }) {
      const lanes = [...Map.groupBy(events, laneOf).values()]
      await sideBySide(lanes, LANES_AT_ONCE, async (lane) => {
        for (const event of lane) await react(event)
      })
      return (begun) => {
        begun()
        return checkpoints.save(name, to)
      }
    },
    onPassed: () => {},
    onFailure: (cause) => onFailure(name, cause),
  })
}
