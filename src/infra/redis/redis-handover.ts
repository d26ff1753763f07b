import { Cluster, type Redis } from "ioredis"
import type { Handover } from "../../commands/ports/handover.ts"
import { BELL_CHANNEL, handoverKey } from "./keys.ts"
import { redisLeases } from "./lease.ts"
import { isWord, takenReply } from "./replies.ts"
import { failingAsUnavailable, scriptRunner } from "./scripts.ts"

/** How long one process goes on writing for a sale; a dead one's followers do without it from the first quiet moment. */
const WRITER_MS = 2_000
/** Whoever waits does it themselves after a second, so no entry is of use for longer. */
const LIST_MS = 10_000
const LIST_MAX = 10_000

/**
 * Lists and bell in the gate's Redis. The bell needs a connection of its own, opened here. `onTrouble` hears what
 * Redis answered amiss.
 */
export function createRedisHandover(redis: Redis | Cluster, onTrouble: (cause: Error) => void): Handover {
  const run = failingAsUnavailable(scriptRunner(redis))
  const leases = redisLeases(redis, onTrouble, WRITER_MS)
  const listeners = new Map<string, () => void>()
  const bell = redis instanceof Cluster ? redis.duplicate() : redis.duplicate()
  // What is away is told by the connection that asks; a bell that is not heard costs time only.
  bell.on("error", () => {})
  bell.on("ready", () => void bell.subscribe(BELL_CHANNEL).catch(() => {}))
  bell.on("message", (_channel: string, saleId: string) => listeners.get(saleId)?.())

  return {
    leaseOf: (saleId) => leases(`writer:${saleId}`),

    async offer(saleId, texts) {
      const args = [LIST_MAX, LIST_MS, BELL_CHANNEL, saleId, ...texts]
      return isWord(await run("offer", [handoverKey(saleId)], args), "laid", "full")
    },

    async take(saleId, max) {
      return takenReply(await run("take", [handoverKey(saleId)], [max]))
    },

    onBell(saleId, listener) {
      listeners.set(saleId, listener)
      return () => {
        if (listeners.get(saleId) === listener) listeners.delete(saleId)
      }
    },

    async close() {
      bell.disconnect()
    },
  }
}
