import { randomUUID } from "node:crypto"
import { defaultGateTimes, type GateImage } from "../../src/commands/ports/gate.ts"
import { ORDER_MAX_UNITS } from "../../src/domain/flash-sale.ts"
import { openRedis } from "../../src/infra/redis/client.ts"
import { gateKeys } from "../../src/infra/redis/keys.ts"
import { createRedisGate } from "../../src/infra/redis/redis-gate.ts"
import { scriptRunner } from "../../src/infra/redis/scripts.ts"
import type { Reserve, Wanted } from "./bare-route.ts"

const HOUR_MS = 3_600_000
/** As long as the product's. */
const PAYLOAD_HASH = "A".repeat(22)

/** One EVALSHA of the product's script through the product's client, and an answer as long as the product's. */
export async function openReserve(redisUrl: string): Promise<Reserve> {
  const { take } = await openGate(redisUrl)
  return async (wanted, saleId) => ((await take(wanted, saleId)) ? orderOf(saleId, wanted) : null)
}

/** A gate that holds more than is ever asked for. */
export async function openGate(redisUrl: string) {
  const redis = openRedis(redisUrl, () => {})
  await redis.ping().catch(() => new Promise((resolve) => redis.once("ready", resolve)))
  const run = scriptRunner(redis)
  const gate = createRedisGate({ redis, times: defaultGateTimes })
  const loaded = new Set<string>()

  async function load(saleId: string): Promise<void> {
    const token = randomUUID()
    const claim = await gate.claim(saleId, token, 1)
    if (claim.kind === "claimed") await gate.load(saleId, token, claim.run, fullImage())
    loaded.add(saleId)
  }

  return {
    redis,
    async take({ requestId, userId, quantity }: Wanted, saleId: string): Promise<boolean> {
      if (!loaded.has(saleId)) await load(saleId)
      const args = [defaultGateTimes.soldOutMemoryMs, requestId, userId, quantity, PAYLOAD_HASH]
      const reply = (await run("reserve", gateKeys(saleId), args)) as string
      const [, , , [[word]]] = JSON.parse(reply) as [number, number, number, [[string]]]
      return word === "granted"
    },
  }
}

const fullImage = (): GateImage => ({
  ...{ epoch: 1, rev: 1, stock: 10_000_000, perUserLimit: ORDER_MAX_UNITS, orderMax: ORDER_MAX_UNITS },
  ...{ startsAtMs: Date.now() - HOUR_MS, endsAtMs: Date.now() + HOUR_MS },
  ...{ paused: false, closed: false, users: new Map<string, number>() },
})

let orders = 0
export const orderOf = (saleId: string, { quantity }: Wanted) => ({
  ...{ id: `${saleId}-${++orders}`, quantity, amountFen: 990 * quantity },
  ...{ payBy: new Date(Date.now() + 900_000).toISOString() },
  ...{ status: "pending_payment" as const, position: `${orders * 512}` },
})
