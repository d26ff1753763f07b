import { once } from "node:events"
import { expect, it } from "vitest"
import { GateUnavailable } from "../../../src/commands/ports/gate.ts"
import { openRedis } from "../../../src/infra/redis/client.ts"
import { createRedisHandover } from "../../../src/infra/redis/redis-handover.ts"
import { handoverContract } from "../../contract/handover-contract.ts"
import { eventually } from "../../support/buyer.ts"
import { startTestRedis, type TestRedis } from "../../support/redis.ts"

async function processOn(server: TestRedis) {
  const redis = openRedis(server.url, () => {})
  await once(redis, "ready")
  const handover = createRedisHandover(redis, () => {})
  return {
    handover,
    async close() {
      await handover.close()
      redis.disconnect()
    },
  }
}

async function redisHandovers() {
  const server = await startTestRedis()
  const [first, second] = [await processOn(server), await processOn(server)]
  return {
    server,
    first: first.handover,
    second: second.handover,
    async close() {
      await Promise.all([first.close(), second.close()])
      await server.close()
    },
  }
}

handoverContract(redisHandovers)

it("says that Redis is away, and has forgotten the list when it is back", async () => {
  const world = await redisHandovers()
  await world.first.offer("sale", ["a"])
  await world.server.kill()
  await expect(world.first.offer("sale", ["b"])).rejects.toThrow(GateUnavailable)
  await expect(world.second.take("sale", 1)).rejects.toThrow(GateUnavailable)
  expect(await world.first.leaseOf("sale").claim()).toBe("unknown")
  await world.server.restart()
  const taken = () => world.second.take("sale", 1).catch(() => null)
  expect(await eventually(taken, (texts) => texts !== null)).toEqual([])
  await world.close()
})
