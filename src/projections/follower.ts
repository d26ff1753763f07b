import { type Clock, sleep } from "../commands/ports/clock.ts"
import type { EventStore, Filter, SubscriptionMessage } from "../commands/ports/event-store.ts"
import type { RecordedEvent } from "../domain/event.ts"
import { type BatchLimits, inBatches } from "./batches.ts"
import { moveCheckpoint, readCheckpoint } from "./checkpoint.ts"
import type { Db, Tx } from "./database.ts"

/** After a failure the follower begins again from its checkpoint: after this long, then twice as long, up to the last. */
const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5_000

/** What is new to a follower: each event of interest after `from`, up to and with `to`. There may be none. */
export interface Stretch {
  readonly events: readonly RecordedEvent[]
  /** Null at the log's beginning. */
  readonly from: bigint | null
  readonly to: bigint
}

/**
 * Makes the end of a stretch the checkpoint, with whatever must be one with that. Calls `begun` once this thread may turn
 * to the next batch: whoever is asked for little things first would otherwise wait for it.
 */
export type Commit = (begun: () => void) => Promise<void>

/** What a follower does with what it is given, and where it keeps how far it is. */
export interface Work {
  readonly readCheckpoint: () => Promise<bigint | null>
  /**
   * Does what the events ask for, up to the commit, of which there is one at a time, in order. What either rejects with
   * is told, and everything from the last checkpoint on comes again: at most what one commit and one `perform` beside it
   * have done.
   */
  readonly perform: (stretch: Stretch) => Promise<Commit>
}

export interface FollowerDeps extends Work {
  readonly store: Pick<EventStore, "subscribeAll">
  readonly clock: Clock
  readonly filter: Filter
  readonly limits: BatchLimits
  /** Told after each commit: everything up to this position is done. */
  readonly onPassed: (position: bigint) => void
  /** Told of each failure, before the retry. */
  readonly onFailure: (cause: unknown) => void
}

export interface Follower {
  /** Whether it has once read the log to its end. */
  caughtUp(): boolean
  /** Ends after what is under way, its commit included. */
  stop(): Promise<void>
}

/**
 * Follows the log from a durable checkpoint, batch after batch; a batch is worked on while the checkpoint of the one
 * before is on its way to the disk. Nothing is skipped: an event that cannot be handled stops it, told again and again.
 */
export function startFollower(deps: FollowerDeps): Follower {
  const { store, clock, filter, limits, onPassed, onFailure } = deps
  const stopping = new AbortController()
  let caughtUp = false
  let retryMs = FIRST_RETRY_MS
  const ended = run()

  return {
    caughtUp: () => caughtUp,
    stop: () => {
      stopping.abort()
      return ended
    },
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await follow(await deps.readCheckpoint())
      } catch (cause) {
        onFailure(cause)
        await sleep(clock, retryMs, stopping.signal)
        retryMs = Math.min(2 * retryMs, LAST_RETRY_MS)
      }
    }
  }

  async function follow(begin: bigint | null): Promise<void> {
    const ending = new AbortController()
    const signal = AbortSignal.any([stopping.signal, ending.signal])
    const source = store.subscribeAll({ filter, signal, ...(begin === null ? {} : { after: begin }) })
    let checkpoint = begin
    let committing = Promise.resolve()
    try {
      if (checkpoint !== null) onPassed(checkpoint)
      for await (const batch of inBatches(source, clock, limits, isUrgent)) {
        const stretch = stretchOf(batch, checkpoint)
        const commit = stretch && (await deps.perform(stretch))
        await committing
        checkpoint = stretch?.to ?? checkpoint
        await new Promise<void>((begun) => {
          committing = finish(batch, stretch, commit, begun)
          // Nobody may be waiting for it: the source may have nothing more to say for long.
          committing.catch(() => ending.abort()).finally(begun)
        })
      }
      await committing
    } finally {
      ending.abort()
      await Promise.allSettled([committing])
    }
  }

  async function finish(
    batch: readonly SubscriptionMessage[],
    stretch: Stretch | null,
    commit: Commit | null,
    begun: () => void,
  ): Promise<void> {
    await commit?.(begun)
    if (stretch) onPassed(stretch.to)
    retryMs = FIRST_RETRY_MS
    if (batch.some(({ kind }) => kind === "caught_up")) caughtUp = true
  }
}

/** A checkpoint only says that there was nothing of interest. */
const isUrgent = ({ kind }: SubscriptionMessage): boolean => kind !== "checkpoint"

/**
 * Work whose effects and checkpoint are one transaction: each event has its effect once, whatever crashes. What needs no
 * database is done by `prepare`, while the transaction before is still under way: a server is then at the first statement
 * of `apply`, which had better be its largest.
 */
export const inTransaction = <Prepared>(
  db: Db,
  name: string,
  prepare: (events: readonly RecordedEvent[]) => Prepared,
  apply: (tx: Tx, prepared: Prepared) => Promise<void>,
): Work => ({
  readCheckpoint: () => readCheckpoint(db, name),
  async perform({ events, from, to }) {
    const prepared = prepare(events)
    return (begun) =>
      db.transaction().execute(async (tx) => {
        const applied = apply(tx, prepared)
        // The first statement goes out in this turn of the event loop.
        setImmediate(begun)
        await applied
        await moveCheckpoint(tx, name, from, to)
      })
  },
})

/** What a batch adds to the checkpoint; null when it adds nothing. What is delivered again is left out. */
function stretchOf(batch: readonly SubscriptionMessage[], from: bigint | null): Stretch | null {
  const isNew = (position: bigint) => from === null || position > from
  let to: bigint | null = null
  const events: RecordedEvent[] = []
  for (const message of batch) {
    if (message.kind === "caught_up") continue
    const position = message.kind === "event" ? message.event.position : message.position
    if (!isNew(position)) continue
    if (to === null || position > to) to = position
    if (message.kind === "event") events.push(message.event)
  }
  return to === null ? null : { events, from, to }
}
