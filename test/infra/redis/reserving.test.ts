import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { GateUnavailable, type ReserveReply } from "../../../src/commands/ports/gate.ts"
import { newSaleId, openSale, requestOf, stockOf } from "../../contract/gate/world.ts"
import { type RedisGateWorld, redisWorld } from "../../support/gate-worlds.ts"
import { SERVER_START_TIMEOUT_MS } from "../../support/process.ts"
import { startTestRedis, type TestRedis } from "../../support/redis.ts"

const wordsOf = (replies: readonly ReserveReply[]) => replies.map(({ kind }) => kind)

describe("requests of one turn of the event loop", () => {
  let server: TestRedis
  let world: RedisGateWorld
  beforeAll(async () => {
    server = await startTestRedis()
    world = await redisWorld(server.url)
  }, SERVER_START_TIMEOUT_MS)
  afterAll(async () => {
    await world?.close()
    await server?.close()
  })

  const ask = (saleId: string, users: readonly string[]) =>
    Promise.all(users.map((user) => world.gate.reserve(saleId, requestOf(user, "1"))))
  const users = (count: number) => Array.from({ length: count }, (_, n) => `user${n}`)

  /** How many scripts Redis has run. */
  async function scripts(): Promise<number> {
    const stats = await world.redis.info("commandstats")
    return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1])
  }

  it("are granted in their order, as if each had come alone", async () => {
    const saleId = await openSale(world, { stock: 120 })
    const words = wordsOf(await ask(saleId, users(250)))
    expect(words).toEqual([...Array(120).fill("granted"), ...Array(130).fill("sold_out")])
    expect(await stockOf(world, saleId)).toEqual({ rev: 10, stock: 0, permits: 120, pendingUnits: 120 })
  })

  it("go to Redis as one script for each hundred, and for each sale", async () => {
    const [one, other] = [await openSale(world, { stock: 300 }), await openSale(world)]
    const before = await scripts()
    await Promise.all([ask(one, users(250)), ask(other, ["ann"])])
    expect((await scripts()) - before).toBe(4)
  })

  it("meet each other: a request that is there twice has one permit, and a limit counts both", async () => {
    const saleId = await openSale(world, { perUserLimit: 2 })
    const [first, again] = await ask(saleId, ["ann", "ann"])
    expect(wordsOf([first!, again!])).toEqual(["granted", "pending"])
    const more = ["2", "3"].map((key) => world.gate.reserve(saleId, requestOf("ann", key)))
    expect(wordsOf(await Promise.all(more))).toEqual(["granted", "limit_exceeded"])
    expect(await stockOf(world, saleId)).toMatchObject({ stock: 8, permits: 2 })
  })

  it("all hear that there is no gate", async () => {
    expect(wordsOf(await ask(newSaleId(), users(3)))).toEqual(Array(3).fill("not_loaded"))
  })

  it("all hear that Redis is away", async () => {
    const saleId = await openSale(world)
    await server.kill()
    const asked = await Promise.allSettled(
      users(3).map((user) => world.gate.reserve(saleId, requestOf(user, "1"))),
    )
    for (const answer of asked) expect(answer).toMatchObject({ reason: expect.any(GateUnavailable) })
  })
})
