import { randomUUID } from "node:crypto"
import { Cluster, type Redis } from "ioredis"
import type { Handover, HandoverListener } from "../../commands/ports/handover.ts"
import { BELL_CHANNEL, handoverKey, toldChannel } from "./keys.ts"
import { redisLeases } from "./lease.ts"
import { isWord, takenReply } from "./replies.ts"
import { failingAsUnavailable, scriptRunner } from "./scripts.ts"

/** How long one process goes on writing for a sale; a dead one's followers do without it from the first quiet moment. */
const WRITER_MS = 2_000
/** Whoever waits does it themselves after a second, so no entry is of use for longer. */
const LIST_MS = 10_000
const LIST_MAX = 10_000

/**
 * Lists, bell and what is told in the gate's Redis. To hear needs a connection of its own, opened here. `onTrouble` hears
 * what Redis answered amiss.
 */
export function createRedisHandover(redis: Redis | Cluster, onTrouble: (cause: Error) => void): Handover {
  const run = failingAsUnavailable(scriptRunner(redis))
  const leases = redisLeases(redis, onTrouble, WRITER_MS)
  const name = randomUUID()
  const listeners = new Map<string, HandoverListener>()
  const ear = redis instanceof Cluster ? redis.duplicate() : redis.duplicate()
  // What is away is told by the connection that asks; what is not heard costs time only.
  ear.on("error", () => {})
  ear.on("ready", () => void ear.subscribe(BELL_CHANNEL, toldChannel(name)).catch(() => {}))
  ear.on("message", (channel: string, message: string) => {
    const saleEnd = message.indexOf(" ")
    const listener = listeners.get(message.slice(0, saleEnd))
    const said = message.slice(saleEnd + 1)
    if (channel === BELL_CHANNEL) listener?.rang(said)
    else listener?.told(said)
  })

  return {
    leaseOf: (saleId) => leases(`writer:${saleId}`),

    async offer(saleId, texts) {
      const args = [LIST_MAX, LIST_MS, BELL_CHANNEL, `${saleId} ${name}`, ...texts]
      return isWord(await run("offer", [handoverKey(saleId)], args), "laid", "full")
    },

    async take(saleId, max) {
      return takenReply(await run("take", [handoverKey(saleId)], [max]))
    },

    tell(names, saleId, text) {
      const message = `${saleId} ${text}`
      for (const to of names) redis.publish(toldChannel(to), message).catch(() => {})
    },

    listen(saleId, listener) {
      listeners.set(saleId, listener)
      return () => {
        if (listeners.get(saleId) === listener) listeners.delete(saleId)
      }
    },

    async close() {
      ear.disconnect()
    },
  }
}
