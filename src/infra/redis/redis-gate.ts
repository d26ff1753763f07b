import { randomUUID } from "node:crypto"
import type { Cluster, Redis } from "ioredis"
import type { ApplyReply, Gate, GateTimes } from "../../commands/ports/gate.ts"
import { chunksOf } from "./image.ts"
import { claimKey, gateKeys, stagedKeys } from "./keys.ts"
import { applyReply, claimReply, dropReply, findReply, isWord, lookReply } from "./replies.ts"
import { createReserving } from "./reserving.ts"
import { failingAsUnavailable, scriptRunner } from "./scripts.ts"

/** Changes in one script: few enough that no script keeps Redis from others for long. */
const CHANGES_PER_SCRIPT = 500
/** Chunks of an image that are sent before the first is answered; the others of this process wait behind them. */
const CHUNKS_AT_ONCE = 5
/** Staged keys whose process died go by themselves. */
const STAGED_MS = 60_000
const RETIRED_MS = 24 * 60 * 60 * 1_000

/** The gate in Redis: one script of `lua/` for each verb. Closes `redis` with itself. */
export function createRedisGate({ redis, times }: { redis: Redis | Cluster; times: GateTimes }): Gate {
  const run = failingAsUnavailable(scriptRunner(redis))
  return {
    reserve: createReserving(run, times.soldOutMemoryMs),

    async apply(saleId, firstRev, changes) {
      let reply: ApplyReply
      let from = 0
      do {
        const some = changes.slice(from, from + CHANGES_PER_SCRIPT)
        reply = applyReply(await run("apply", gateKeys(saleId), [firstRev + from, JSON.stringify(some)]))
        from += CHANGES_PER_SCRIPT
      } while (reply.kind === "applied" && from < changes.length)
      return reply
    },

    async drop(saleId, requestId, outcomeRev) {
      return dropReply(await run("drop", gateKeys(saleId), [requestId, outcomeRev]))
    },

    async claim(saleId, token, epoch) {
      const keys = [...gateKeys(saleId), claimKey(saleId)]
      return claimReply(await run("claim", keys, [token, epoch, times.claimMs]))
    },

    async renew(saleId, token) {
      const keys = [claimKey(saleId), ...stagedKeys(saleId, token)]
      return isWord(await run("renew", keys, [token, times.claimMs, STAGED_MS]), "renewed", "lost")
    },

    async load(saleId, token, serverRun, image) {
      const claim = claimKey(saleId)
      const staged = stagedKeys(saleId, token)
      const imageId = randomUUID()
      let chunks = 0
      const sent: Promise<unknown>[] = []
      const areStaged = async () =>
        (await Promise.all(sent.splice(0))).every((reply) => isWord(reply, "staged", "lost"))
      for (const fields of chunksOf(image)) {
        sent.push(run("stage", [claim, ...staged], [token, imageId, chunks++, STAGED_MS, ...fields]))
        if (sent.length === CHUNKS_AT_ONCE && !(await areStaged())) return "lost"
      }
      if (!(await areStaged())) return "lost"
      const args = [token, serverRun, imageId, chunks, times.soldOutMemoryMs]
      const reply = await run("load", [...gateKeys(saleId), claim, ...staged], args)
      return isWord(reply, "loaded", "lost") ? "loaded" : "lost"
    },

    async look(saleId) {
      return lookReply(await run("look", gateKeys(saleId), [times.graceMs]))
    },

    async find(saleId, requestId) {
      return findReply(await run("find", gateKeys(saleId), [requestId]), requestId)
    },

    async retire(saleId) {
      await run("retire", gateKeys(saleId), [RETIRED_MS])
    },

    async close() {
      await redis.quit().catch(() => redis.disconnect())
    },
  }
}
