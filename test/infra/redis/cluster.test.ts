import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { GateUnavailable } from "../../../src/commands/ports/gate.ts"
import { expectNotLoaded, expectRecovery } from "../../contract/gate/loss.ts"
import { openSale, requestOf } from "../../contract/gate/world.ts"
import { gateContract } from "../../contract/gate-contract.ts"
import { type RedisGateWorld, redisClusterWorld } from "../../support/gate-worlds.ts"
import { SERVER_START_TIMEOUT_MS } from "../../support/process.ts"
import { startTestRedis, type TestRedis } from "../../support/redis.ts"

describe("the gate in a Redis Cluster", () => {
  gateContract(async () => {
    const server = await startTestRedis({ cluster: true })
    const world = await redisClusterWorld(server.url)
    return { ...world, close: () => world.close().then(server.close) }
  })
})

describe("a Redis Cluster whose node dies", () => {
  let server: TestRedis
  let world: RedisGateWorld
  beforeAll(async () => {
    server = await startTestRedis({ cluster: true })
    world = await redisClusterWorld(server.url)
  }, SERVER_START_TIMEOUT_MS)
  afterAll(async () => {
    await world?.close()
    await server?.close()
  })

  it("is away at once, and is found again by itself", async () => {
    const saleId = await openSale(world)
    await server.kill()
    for (let asked = 0; asked < 5; asked++) {
      const began = performance.now()
      const answer = world.gate.reserve(saleId, requestOf("ann", "1"))
      await expect(answer).rejects.toBeInstanceOf(GateUnavailable)
      expect(performance.now() - began).toBeLessThan(1_000)
    }
    await server.restart()
    const look = () => world.gate.look(saleId).catch(() => "away")
    await expect.poll(look, { timeout: 5_000 }).toEqual({ kind: "not_loaded" })
    await expectNotLoaded(world, saleId)
    await expectRecovery(world, saleId)
  })
})
