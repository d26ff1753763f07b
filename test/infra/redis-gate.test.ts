import { describe } from "vitest"
import { gateContract } from "../contract/gate-contract.ts"
import { redisClusterWorld, redisWorld } from "../support/gate-worlds.ts"
import { sharedTestRedis, startTestRedis } from "../support/redis.ts"

describe("the gate in Redis", () => {
  gateContract(async () => {
    const server = await sharedTestRedis()
    const world = await redisWorld(server.url)
    return { ...world, close: () => world.close().then(server.close) }
  })
})

describe("the gate in a Redis Cluster", () => {
  gateContract(async () => {
    const server = await startTestRedis({ cluster: true })
    const world = await redisClusterWorld(server.url)
    return { ...world, close: () => world.close().then(server.close) }
  })
})
