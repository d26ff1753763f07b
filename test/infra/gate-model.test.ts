import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Permit } from "../../src/commands/ports/gate.ts"
import { gateKeys } from "../../src/infra/redis/keys.ts"
import { type GateWorld, newSaleId } from "../contract/gate/world.ts"
import { type Command, command } from "../support/gate-commands.ts"
import { createSaleModel, takenOf, times } from "../support/gate-model.ts"
import { perform, type Run } from "../support/gate-perform.ts"
import { inProcessWorld, type RedisGateWorld, redisWorld } from "../support/gate-worlds.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { sharedTestRedis, type TestRedis } from "../support/redis.ts"

/** Opens the sale wide and asks for ever fewer cups for everyone: the answers tell what each user is counted for. */
const probes: Command[] = [
  { kind: "log_changed", terms: { stockDelta: 100, perUserLimit: 9 }, from: -3.5, to: 1_000.5 },
  { kind: "log", change: { kind: "resumed" } },
  { kind: "apply", back: 0, count: 100 },
  { kind: "forward", steps: 2 },
  ...["ann", "bob", "cid"].flatMap((userId) =>
    [5, 4, 3, 2, 1].map(
      (quantity): Command => ({
        kind: "reserve",
        ...{ request: { userId, key: `probe${quantity}` }, quantity, payload: "x" },
      }),
    ),
  ),
]

describe("the gate in Redis and its twin", () => {
  let server: Pick<TestRedis, "url" | "close">
  let redis: RedisGateWorld
  beforeAll(async () => {
    server = await sharedTestRedis()
    redis = await redisWorld(server.url, times)
  }, SERVER_START_TIMEOUT_MS)
  afterAll(async () => {
    await redis?.close()
    await server?.close()
  })

  it("answer the same commands with the same words, and lose or make no cup", async () => {
    const commands = fc.array(command, { minLength: 1, maxLength: 80, size: "max" })
    await fc.assert(
      fc.asyncProperty(commands, async (list) => {
        const run: Run = { saleId: newSaleId(), model: createSaleModel(), claimed: new Map() }
        const worlds: GateWorld[] = [redis, inProcessWorld(times)]
        for (const each of [{ kind: "rebuild" } as const, ...list, ...probes]) {
          const [inRedis, inTwin] = await perform(run, worlds, each)
          expect(inRedis, `reply to ${JSON.stringify(each)}`).toEqual(inTwin)
          await expectEveryCupAccountedFor(run, worlds)
        }
        await expectRedisHolds(run, redis)
        await redis.lose(run.saleId)
      }),
      { numRuns: 200 },
    )
  }, 60_000)

  /** I9: what is free and under way is what the log says is neither held nor sold, at the gate's own revision. */
  async function expectEveryCupAccountedFor({ saleId, model }: Run, worlds: GateWorld[]): Promise<void> {
    for (const { gate } of worlds) {
      const look = await gate.look(saleId)
      if (look.kind !== "loaded") continue
      const fold = model.foldAt(look.rev)
      expect(look.stock + look.pendingUnits).toBe(fold.capacity - takenOf(fold))
    }
  }

  /** The final state, read from the keys themselves: every user's units, every permit. */
  async function expectRedisHolds({ saleId, model }: Run, { gate, redis }: RedisGateWorld): Promise<void> {
    const look = await gate.look(saleId)
    if (look.kind !== "loaded") return
    const [, usersKey, permitsKey] = gateKeys(saleId)
    const [users, permits] = await Promise.all([redis.hgetall(usersKey), redis.hkeys(permitsKey)])
    const requestIds = permits.filter((field) => field !== ":token")
    const found = await Promise.all(requestIds.map((requestId) => gate.find(saleId, requestId)))
    const pending = found.flatMap((reply): Permit[] => (reply.kind === "pending" ? [reply.permit] : []))
    const expected = new Map(model.foldAt(look.rev).units)
    for (const { userId, quantity } of pending) expected.set(userId, (expected.get(userId) ?? 0) + quantity)
    const { ":token": _, ...units } = users
    expect(units).toEqual(Object.fromEntries([...expected].map(([user, n]) => [user, String(n)])))
    expect(pending.length).toBe(look.permits)
    expect(pending.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(look.pendingUnits)
  }
})
