import { randomUUID } from "node:crypto"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { chunksOf } from "../../../src/infra/redis/image.ts"
import { claimKey, gateKeys, stagedKeys } from "../../../src/infra/redis/keys.ts"
import { scriptRunner } from "../../../src/infra/redis/scripts.ts"
import { imageOf, newSaleId, openSale, reserve, times } from "../../contract/gate/world.ts"
import { type RedisGateWorld, redisWorld } from "../../support/gate-worlds.ts"
import { SERVER_START_TIMEOUT_MS } from "../../support/process.ts"
import { sharedTestRedis, type TestRedis } from "../../support/redis.ts"

/** An image of three chunks. */
const users = new Map(Array.from({ length: 700 }, (_, i) => [`user${i}`, 1]))

describe("an image in stages", () => {
  let server: Pick<TestRedis, "url" | "close">
  let world: RedisGateWorld
  beforeAll(async () => {
    server = await sharedTestRedis()
    world = await redisWorld(server.url)
  }, SERVER_START_TIMEOUT_MS)
  afterAll(async () => {
    await world?.close()
    await server?.close()
  })

  /** A claimed sale, and the single steps of `load` under that claim. */
  async function claimed() {
    const saleId = newSaleId()
    const claim = await world.gate.claim(saleId, "a", 0)
    const serverRun = claim.kind === "claimed" ? claim.run : ""
    const run = scriptRunner(world.redis)
    const staged = stagedKeys(saleId, "a")
    const chunks = [...chunksOf(imageOf(world, { users }))]
    const stage = async (imageId: string, n: number): Promise<unknown> => {
      const args = ["a", imageId, n, 60_000, ...chunks[n]!]
      return run("stage", [claimKey(saleId), ...staged], args)
    }
    const load = async (imageId: string): Promise<unknown> => {
      const keys = [...gateKeys(saleId), claimKey(saleId), ...staged]
      return run("load", keys, ["a", serverRun, imageId, chunks.length, times.soldOutMemoryMs])
    }
    return { saleId, staged, stage, load }
  }

  it("is loaded once all chunks are there, and leaves nothing behind", async () => {
    const { saleId, staged, stage, load } = await claimed()
    for (const n of [0, 1, 2]) expect(await stage("image", n)).toEqual(["staged"])
    expect(await load("image")).toEqual(["loaded"])
    expect(await world.redis.exists(...staged, claimKey(saleId))).toBe(0)
    for (const key of gateKeys(saleId)) expect(await world.redis.pttl(key)).toBe(-1)
    expect(await world.redis.hlen(gateKeys(saleId)[1])).toBe(701)
    expect(await load("image")).toEqual(["lost"])
  })

  it("is kept as tables from its first user on, not as lists that each look-up would search", async () => {
    const saleId = await openSale(world)
    for (const key of gateKeys(saleId)) expect(await world.redis.object("ENCODING", key)).toBe("hashtable")
  })

  it("takes each chunk once, and in its turn", async () => {
    const { stage, load } = await claimed()
    expect(await stage("image", 1)).toEqual(["lost"])
    await stage("image", 0)
    expect(await stage("image", 2)).toEqual(["lost"])
    await stage("image", 1)
    expect(await stage("image", 1)).toEqual(["lost"])
    expect(await load("image")).toEqual(["lost"])
    expect(await stage("image", 2)).toEqual(["staged"])
    expect(await load("image")).toEqual(["loaded"])
  })

  it("is lost when any of what was staged is lost", async () => {
    for (const lost of [0, 1] as const) {
      const { saleId, staged, stage, load } = await claimed()
      for (const n of [0, 1]) await stage("image", n)
      await world.redis.del(staged[lost])
      await stage("image", 2)
      expect(await load("image")).toEqual(["lost"])
      expect(await world.gate.look(saleId)).toEqual({ kind: "not_loaded" })
    }
  })

  it("never mixes two images, though both are staged under one token", async () => {
    const { stage, load } = await claimed()
    const [old, fresh] = [randomUUID(), randomUUID()]
    await stage(fresh, 0)
    await stage(old, 0)
    expect(await stage(fresh, 1)).toEqual(["lost"])
    expect(await load(fresh)).toEqual(["lost"])
    for (const n of [0, 1, 2]) expect(await stage(fresh, n)).toEqual(["staged"])
    expect(await load(fresh)).toEqual(["loaded"])
  })

  it("needs the claim at every step", async () => {
    const { saleId, stage, load } = await claimed()
    await stage("image", 0)
    await stage("image", 1)
    await world.forward(saleId, times.claimMs)
    expect(await stage("image", 2)).toEqual(["lost"])
    await world.gate.claim(saleId, "b", 0)
    expect(await stage("image", 2)).toEqual(["lost"])
    expect(await load("image")).toEqual(["lost"])
    expect(await world.gate.renew(saleId, "b")).toBe(true)
  })

  it("is lost though it is whole, when the claim ended before it was loaded", async () => {
    const { saleId, stage, load } = await claimed()
    for (const n of [0, 1, 2]) expect(await stage("image", n)).toEqual(["staged"])
    await world.forward(saleId, times.claimMs)
    expect(await load("image")).toEqual(["lost"])
    await world.gate.claim(saleId, "b", 0)
    expect(await load("image")).toEqual(["lost"])
    expect(await world.gate.look(saleId)).toEqual({ kind: "not_loaded" })
    expect(await world.gate.renew(saleId, "b")).toBe(true)
  })

  it("goes by itself when nobody renews it, and is prolonged with the claim", async () => {
    const { saleId, staged, stage } = await claimed()
    await stage("image", 0)
    for (const key of staged) {
      expect(await world.redis.pttl(key)).toBeGreaterThan(50_000)
      expect(await world.redis.pexpire(key, 5_000)).toBe(1)
    }
    expect(await world.gate.renew(saleId, "a")).toBe(true)
    for (const key of staged) expect(await world.redis.pttl(key)).toBeGreaterThan(50_000)
  })

  it("leaves a loaded gate as it is until it takes its place", async () => {
    const saleId = await openSale(world)
    await world.gate.claim(saleId, "a", 2)
    expect(await reserve(world, saleId, "ann", "1")).toBe("granted")
    expect(await world.gate.load(saleId, "a", "no such run", imageOf(world, { epoch: 2 }))).toBe("lost")
    expect(await world.gate.look(saleId)).toMatchObject({ epoch: 1, permits: 1 })
  })
})
