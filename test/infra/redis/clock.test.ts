import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type GateTimes, GateUnavailable } from "../../../src/commands/ports/gate.ts"
import { imageOf, load, newSaleId, openSale, requestOf, reserve } from "../../contract/gate/world.ts"
import { type RedisGateWorld, redisWorld } from "../../support/gate-worlds.ts"
import { SERVER_START_TIMEOUT_MS } from "../../support/process.ts"
import { sharedTestRedis, type TestRedis } from "../../support/redis.ts"

const times: GateTimes = { soldOutMemoryMs: 40, graceMs: 30, claimMs: 50 }

/** Here time is Redis's own and really passes; everything else about time is in the contract. */
describe("the gate by Redis's own clock", () => {
  let server: Pick<TestRedis, "url" | "close">
  let world: RedisGateWorld
  beforeAll(async () => {
    server = await sharedTestRedis()
    world = await redisWorld(server.url, times)
  }, SERVER_START_TIMEOUT_MS)
  afterAll(async () => {
    await world?.close()
    await server?.close()
  })

  it("grants again after T, counted from the reply that may be remembered", async () => {
    const saleId = await openSale(world, { stock: 0 })
    const rememberedFrom = performance.now()
    await reserve(world, saleId, "ann", "1")
    const soldOutBy = performance.now()
    await world.gate.apply(saleId, 11, [{ kind: "adjusted", delta: 1 }])
    let waits = 0
    for (;;) {
      const askedAt = performance.now()
      const reply = await world.gate.reserve(saleId, requestOf("ann", "2"))
      if (reply.kind === "granted") break
      expect(reply).toMatchObject({ kind: "wait", stock: 1 })
      const { waitMs } = reply as { waitMs: number }
      // It is in whole milliseconds, rounded up.
      expect(askedAt + waitMs).toBeLessThanOrEqual(soldOutBy + times.soldOutMemoryMs + 1)
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      waits += 1
    }
    expect(performance.now() - rememberedFrom).toBeGreaterThanOrEqual(times.soldOutMemoryMs)
    expect(waits).toBeGreaterThan(0)
  })

  it("ends a claim that nobody renews, and calls permits overdue after their grace", async () => {
    const saleId = newSaleId()
    await world.gate.claim(saleId, "a", 0)
    await expect.poll(() => world.gate.claim(saleId, "b", 0)).toMatchObject({ kind: "claimed" })
    await expect.poll(() => world.gate.claim(saleId, "loader", 0)).toMatchObject({ kind: "claimed" })
    await load(world, saleId, imageOf(world))
    await reserve(world, saleId, "ann", "1")
    await expect.poll(() => world.gate.look(saleId)).toMatchObject({ overdue: [{ requestId: "ann:1" }] })
  })

  it("answers a closed client as unavailable, not with silence", async () => {
    const other = await redisWorld(server.url)
    await other.close()
    await expect(other.gate.look("any")).rejects.toBeInstanceOf(GateUnavailable)
    await other.close()
  })
})
