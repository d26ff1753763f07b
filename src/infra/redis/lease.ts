import type { Cluster, Redis } from "ioredis"
import Redlock, { ExecutionError, type Lock, ResourceLockedError } from "redlock"
import type { Lease, LeaseOf } from "../../commands/ports/leases.ts"
import { lockKey } from "./keys.ts"

/** Of a worker, in milliseconds: above any stall of a healthy process; a dead one's work waits as long. */
const WORKER_MS = 4_000

/**
 * Leases on the gate's Redis, by redlock, each for `leaseMs` from its last claim. `onTrouble` hears what Redis answered
 * amiss.
 */
export function redisLeases(
  redis: Redis | Cluster,
  onTrouble: (cause: Error) => void,
  leaseMs = WORKER_MS,
): LeaseOf {
  // Whoever claims asks again soon by themselves.
  const redlock = new Redlock([redis], { retryCount: 0 })
  redlock.on("error", (cause) => {
    if (!(cause instanceof ResourceLockedError) && redis.status === "ready") onTrouble(cause)
  })
  return (name) => leaseOf(redlock, lockKey(name), leaseMs)
}

function leaseOf(redlock: Redlock, key: string, leaseMs: number): Lease {
  let lock: Lock | null = null
  return {
    async claim() {
      if (lock && lock.expiration > Date.now()) {
        try {
          lock = await lock.extend(leaseMs)
          return "mine"
        } catch (cause) {
          if (!(await isRefused(cause))) return "unknown"
        }
      }
      // Gone, or somebody else's: if it is gone, with a flushed server say, it may be had again.
      lock = null
      try {
        lock = await redlock.acquire([key], leaseMs)
        return "mine"
      } catch (cause) {
        return (await isRefused(cause)) ? "taken" : "unknown"
      }
    },

    async release() {
      await lock?.release().catch(() => {})
      lock = null
    },
  }
}

/** Whether Redis said no, rather than nothing. */
async function isRefused(cause: unknown): Promise<boolean> {
  if (!(cause instanceof ExecutionError)) throw cause
  const attempts = await Promise.all(cause.attempts)
  const errors = attempts.flatMap(({ votesAgainst }) => [...votesAgainst.values()])
  return errors.some((error) => error instanceof ResourceLockedError)
}
