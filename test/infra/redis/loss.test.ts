import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { GateUnavailable } from "../../../src/commands/ports/gate.ts"
import { gateKeys } from "../../../src/infra/redis/keys.ts"
import { expectNotLoaded, expectRecovery } from "../../contract/gate/loss.ts"
import { imageOf, openSale, requestOf, reserve, stockOf } from "../../contract/gate/world.ts"
import { type RedisGateWorld, redisWorld } from "../../support/gate-worlds.ts"
import { SERVER_START_TIMEOUT_MS } from "../../support/process.ts"
import { startTestRedis, type TestRedis } from "../../support/redis.ts"

describe("a Redis that fails", () => {
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

  const unavailable = (answer: Promise<unknown>) => expect(answer).rejects.toBeInstanceOf(GateUnavailable)

  /** The client's connection comes up ("ready") or ends ("close"); it tries again by itself, failing at times. */
  const seen = (event: "ready" | "close") =>
    new Promise<void>((resolve) => world.redis.once(event, () => resolve()))

  it.each([0, 1, 2])("loses one key, number %d: the gate counts as lost", async (index) => {
    const saleId = await openSale(world)
    await reserve(world, saleId, "bob", "1")
    await server.cli("DEL", gateKeys(saleId)[index]!)
    await expectNotLoaded(world, saleId)
    await expectRecovery(world, saleId)
  })

  it("is emptied", async () => {
    const saleId = await openSale(world)
    await server.cli("FLUSHALL")
    await expectNotLoaded(world, saleId)
    await expectRecovery(world, saleId)
  })

  it("holds nothing of a gate that was fenced", async () => {
    const saleId = await openSale(world)
    expect(await server.cli("EXISTS", ...gateKeys(saleId))).toBe(3)
    await world.gate.apply(saleId, 11, [{ kind: "gate_opened", epoch: 2 }])
    expect(await server.cli("EXISTS", ...gateKeys(saleId))).toBe(0)
  })

  it("forgets its scripts, which are sent again", async () => {
    const saleId = await openSale(world)
    await server.cli("SCRIPT", "FLUSH")
    const requests = Array.from({ length: 10 }, (_, i) => requestOf(`user${i}`, "1"))
    const replies = await Promise.all(requests.map((request) => world.gate.reserve(saleId, request)))
    expect(new Set(replies.map(({ kind }) => kind))).toEqual(new Set(["granted"]))
  })

  it("comes back with an older copy: cups granted since would be sold twice, so the gate counts as lost", async () => {
    const saleId = await openSale(world)
    await server.cli("SAVE")
    for (const key of ["1", "2", "3"]) await reserve(world, saleId, "ann", key)
    const ready = seen("ready")
    await server.restart()
    await ready
    expect(await server.cli("EXISTS", ...gateKeys(saleId))).toBe(3)
    await expectNotLoaded(world, saleId)
    await expectRecovery(world, saleId)
  })

  it("is away: every verb says so at once, and answers again soon after it is back", async () => {
    const saleId = await openSale(world)
    await server.kill()
    const began = performance.now()
    await unavailable(world.gate.reserve(saleId, requestOf("ann", "1")))
    await unavailable(world.gate.apply(saleId, 11, [{ kind: "none" }]))
    await unavailable(world.gate.drop(saleId, "ann:1", 1))
    await unavailable(world.gate.claim(saleId, "a", 1))
    await unavailable(world.gate.renew(saleId, "a"))
    await unavailable(world.gate.load(saleId, "a", "run", imageOf(world)))
    await unavailable(world.gate.look(saleId))
    await unavailable(world.gate.find(saleId, "ann:1"))
    await unavailable(world.gate.retire(saleId))
    expect(performance.now() - began).toBeLessThan(500)
    const ready = seen("ready")
    const restarting = performance.now()
    await server.restart()
    await ready
    expect(performance.now() - restarting).toBeLessThan(1_500)
    await expectNotLoaded(world, saleId)
    await expectRecovery(world, saleId)
  })

  it("dies under a command: that fails at once, before its time is over", async () => {
    const saleId = await openSale(world)
    await server.cli("CLIENT", "PAUSE", 60_000)
    const inFlight = unavailable(world.gate.reserve(saleId, requestOf("ann", "1")))
    const began = performance.now()
    await server.kill()
    await inFlight
    expect(performance.now() - began).toBeLessThan(500)
    const ready = seen("ready")
    await server.restart()
    await ready
    await expectNotLoaded(world, saleId)
  })

  it("does not answer: a command fails in time, and the silent connection is given up for a new one", async () => {
    const saleId = await openSale(world)
    const [closed, ready] = [seen("close"), seen("ready")]
    await server.cli("CLIENT", "PAUSE", 2_000)
    const began = performance.now()
    await unavailable(world.gate.reserve(saleId, requestOf("ann", "1")))
    expect(performance.now() - began).toBeLessThan(1_000)
    await closed
    expect(performance.now() - began).toBeLessThan(1_900)
    await ready
    expect(await reserve(world, saleId, "ann", "1")).toMatch(/^(granted|pending)$/)
    expect(await stockOf(world, saleId)).toMatchObject({ stock: 9, permits: 1 })
  })

  it("is full: nothing is granted, what is under way is settled", async () => {
    const saleId = await openSale(world)
    await reserve(world, saleId, "ann", "1")
    await server.cli("CONFIG", "SET", "maxmemory", 1)
    await unavailable(world.gate.reserve(saleId, requestOf("bob", "1")))
    const ann = { kind: "reserved", requestId: "ann:1", userId: "ann", quantity: 1 } as const
    expect(await world.gate.apply(saleId, 11, [ann])).toMatchObject({ kind: "applied", rev: 11, stock: 9 })
    expect(await world.gate.look(saleId)).toMatchObject({ kind: "loaded", permits: 0 })
    await server.cli("CONFIG", "SET", "maxmemory", 0)
    expect(await reserve(world, saleId, "bob", "1")).toBe("granted")
  })

  it("holds something else under a gate's key: that is an error of ours, not an outage", async () => {
    const saleId = await openSale(world)
    await server.cli("SET", gateKeys(saleId)[1], "not a hash")
    await expect(reserve(world, saleId, "ann", "1")).rejects.toThrow("WRONGTYPE")
  })
})
