import { describe } from "vitest"
import { gateContract } from "../contract/gate-contract.ts"
import { redisWorld } from "../support/gate-worlds.ts"
import { sharedTestRedis } from "../support/redis.ts"

describe("the gate in Redis", () => {
  gateContract(async () => {
    const server = await sharedTestRedis()
    const world = await redisWorld(server.url)
    return { ...world, close: () => world.close().then(server.close) }
  })
})
