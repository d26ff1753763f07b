import type { Clock } from "../commands/ports/clock.ts"
import type { EventStore, Filter } from "../commands/ports/event-store.ts"
import { readCheckpoints } from "../projections/checkpoint.ts"
import type { Db } from "../projections/database.ts"

/** Longest that one follower's next event is looked for. */
const LOOK_MS = 1_500

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

/**
 * For each follower the age of the oldest event that it has not done, in seconds; 0 when it has done all. Read from its
 * checkpoint and the log, so that it is right for a follower that is stuck, or at work elsewhere, or nowhere. One that
 * could not be found out is missing. Throws when the database or the log does not answer.
 */
export async function followerLags(
  { db, store, clock }: LagDeps,
  followed: readonly Followed[],
): Promise<Map<string, number>> {
  // The end first: what comes later is not held against anybody.
  const end = await store.endPosition()
  const checkpoints = await readCheckpoints(db)
  const lags = new Map<string, number>()
  await Promise.all(
    followed.map(async ({ name, filter }) => {
      const after = checkpoints.get(name)
      if (after !== undefined && after >= end) return lags.set(name, 0)
      const sinceMs = await oldestAfter(after, filter)
      if (sinceMs !== undefined)
        lags.set(name, sinceMs === null ? 0 : Math.max(clock.now() - sinceMs, 0) / 1_000)
      return
    }),
  )
  return lags

  /** When the first event of interest after a position was recorded; null when there is none, undefined when unknown. */
  async function oldestAfter(after: bigint | undefined, filter: Filter): Promise<number | null | undefined> {
    const ending = new AbortController()
    const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(LOOK_MS)])
    try {
      for await (const message of store.subscribeAll({
        filter,
        signal,
        ...(after === undefined ? {} : { after }),
      })) {
        if (message.kind === "event") return message.event.recordedAtMs
        if (message.kind === "caught_up") return null
      }
      return undefined
    } finally {
      ending.abort()
    }
  }
}
