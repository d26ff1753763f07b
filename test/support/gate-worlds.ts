import { once } from "node:events"
import type { Cluster, Redis } from "ioredis"
import type { GateTimes } from "../../src/commands/ports/gate.ts"
import { createInProcessGate } from "../../src/infra/in-process-gate.ts"
import { openRedis, openRedisCluster } from "../../src/infra/redis/client.ts"
import { claimKey, gateKeys } from "../../src/infra/redis/keys.ts"
import { createRedisGate } from "../../src/infra/redis/redis-gate.ts"
import { type GateWorld, times as longTimes } from "../contract/gate/world.ts"

/** Whatever a server that is killed on purpose does to its connections is expected. */
const ignore = () => {}

/** The twin on a clock that stands still until it is moved. */
export function inProcessWorld(times: GateTimes = longTimes): GateWorld {
  let nowMs = Date.now()
  const open = () => createInProcessGate({ now: () => nowMs, times })
  let gate = open()
  return {
    get gate() {
      return gate
    },
    now: () => nowMs,
    async forward(saleId, ms) {
      nowMs += ms
      // What is due expires now, as in Redis, also if the clock then steps back before anybody looks.
      await gate.look(saleId)
      await gate.renew(saleId, "nobody's")
    },
    async lose() {
      gate = open()
    },
    close: () => gate.close(),
  }
}

/**
 * Redis's clock cannot be moved. To let time pass, every instant that the sale's keys hold is moved back instead,
 * which no script can tell from it.
 */
const FORWARD = `
  local ms = tonumber(ARGV[1])
  for _, field in ipairs({ 'startsAt', 'endsAt', 'grantFrom' }) do
    local value = redis.call('HGET', KEYS[1], field)
    if value then redis.call('HSET', KEYS[1], field, string.format('%.3f', value - ms)) end
  end
  local permits = redis.call('HGETALL', KEYS[3])
  for i = 1, #permits, 2 do
    local head, instant = string.match(permits[i + 1], '^(.*:)(%d+)$')
    if head then redis.call('HSET', KEYS[3], permits[i], head .. string.format('%d', instant - ms)) end
  end
  for _, key in ipairs(KEYS) do
    local ttl = redis.call('PTTL', key)
    if ttl >= 0 then redis.call('PEXPIRE', key, ttl - ms) end
  end`

export interface RedisGateWorld extends GateWorld {
  /** The client that the gate uses. */
  readonly redis: Redis | Cluster
}

async function redisWorldOf(redis: Redis | Cluster, times: GateTimes): Promise<RedisGateWorld> {
  await once(redis, "ready")
  const gate = createRedisGate({ redis, times })
  const keysOf = (saleId: string) => [...gateKeys(saleId), claimKey(saleId)]
  return {
    gate,
    redis,
    now: () => Date.now(),
    async forward(saleId, ms) {
      await redis.eval(FORWARD, 4, ...keysOf(saleId), ms)
    },
    async lose(saleId) {
      await redis.unlink(...keysOf(saleId))
    },
    close: () => gate.close(),
  }
}

/** A gate in the Redis at `url`. */
export const redisWorld = (url: string, times: GateTimes = longTimes): Promise<RedisGateWorld> =>
  redisWorldOf(openRedis(url, ignore), times)

/** A gate in the cluster that `url` is a node of. */
export const redisClusterWorld = (url: string): Promise<RedisGateWorld> =>
  redisWorldOf(openRedisCluster([url], ignore), longTimes)
