import type { Clock } from "../commands/ports/clock.ts"
import type { EventStore, Filter } from "../commands/ports/event-store.ts"
import { readCheckpoints } from "../projections/checkpoint.ts"
import type { Db } from "../projections/database.ts"

/** Longest that a reading looks for next events: it takes a core of the log's, which buyers need more. */
const LOOK_MS = 500

/** What follows the log from a durable checkpoint of this name, in whatever process. */
export interface Followed {
  readonly name: string
  readonly filter: Filter
}

export interface LagDeps {
  readonly db: Db
  readonly store: Pick<EventStore, "endPosition" | "subscribeAll">
  readonly clock: Clock
}

/** Where a follower's next event was looked for: nothing of interest up to `clearTo`, then the event that was found. */
interface Looked {
  clearTo: bigint
  found: { readonly position: bigint; readonly recordedAtMs: number } | null
}

/**
 * Makes the reading of all followers: of each the age of the oldest event that it has not done, in seconds; 0 when it has done
 * all. Read from its checkpoint and the log, so that it is right for a follower that is stuck, or at work elsewhere, or nowhere.
 * One that could not be found out is missing; what was looked through for it is not looked through again. A reading throws when
 * the database or the log does not answer.
 */
export function createFollowerLags(
  { db, store, clock }: LagDeps,
  followed: readonly Followed[],
): () => Promise<Map<string, number>> {
  const lookedOf = new Map(
    followed.map(({ name }): [string, Looked] => [name, { clearTo: -1n, found: null }]),
  )

  return async () => {
    // The end first: what comes later is not held against anybody.
    const end = await store.endPosition()
    const checkpoints = await readCheckpoints(db)
    const signal = AbortSignal.timeout(LOOK_MS)
    const lags = new Map<string, number>()
    await Promise.all(
      followed.map(async ({ name, filter }) => {
        const done = checkpoints.get(name) ?? -1n
        if (done >= end) return lags.set(name, 0)
        const sinceMs = await oldestAfter(done, filter, lookedOf.get(name)!, signal)
        if (sinceMs !== undefined)
          lags.set(name, sinceMs === null ? 0 : Math.max(clock.now() - sinceMs, 0) / 1_000)
        return
      }),
    )
    return lags
  }

  /** When the first event of interest after a position was recorded; null when there is none, undefined when unknown. */
  async function oldestAfter(
    done: bigint,
    filter: Filter,
    looked: Looked,
    timeout: AbortSignal,
  ): Promise<number | null | undefined> {
    if (looked.found && looked.found.position > done) return looked.found.recordedAtMs
    looked.found = null
    if (done > looked.clearTo) looked.clearTo = done
    const after = looked.clearTo < 0n ? {} : { after: looked.clearTo }
    const ending = new AbortController()
    const signal = AbortSignal.any([ending.signal, timeout])
    try {
      for await (const message of store.subscribeAll({ filter, signal, ...after })) {
        if (message.kind === "caught_up") return null
        if (message.kind === "checkpoint") looked.clearTo = message.position
        else {
          const { position, recordedAtMs } = message.event
          looked.found = { position, recordedAtMs }
          return recordedAtMs
        }
      }
      return undefined
    } finally {
      ending.abort()
    }
  }
}
