import { anyOf, buy, patiently } from "./buyer.ts"
import type { World } from "./world.ts"

/** Beyond the longest fault and the return from it. */
const PATIENCE_MS = 90_000

/** What a buyer was told: a 201, and what they did with their order after it. */
export interface Told {
  readonly userId: string
  readonly key: string
  readonly quantity: number
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly order: any
  readonly end: End
}

/** What a buyer does with an order: leaves it as it is, pays, or gives it up. Each is told to them as done. */
export type End = "pending_payment" | "paid" | "cancelled"

const ends: readonly End[] = ["pending_payment", "paid", "pending_payment", "cancelled"]

/** Buys for a user who has not bought before, and brings the order to its end; null when the buyer was refused. */
export async function shop(
  { apis, token }: Pick<World, "apis" | "token">,
  saleId: string,
  userId: string,
  { quantity, end }: { quantity: number; end: End },
): Promise<Told | null> {
  const api = anyOf(apis)
  const own = token(userId)
  const { status, body: order, key } = await buy(api, saleId, own, { quantity, patienceMs: PATIENCE_MS })
  // Nobody finished it in time, and it is refused for ever: a new request may be made.
  if (order.code === "request_expired") return shop({ apis, token }, saleId, userId, { quantity, end })
  if (["sold_out", "sale_not_open"].includes(order.code)) return null
  if (status !== 201) throw new Error(`${userId} was answered ${status} ${JSON.stringify(order)}`)
  /** Null for what is no longer possible: the time to pay may have passed meanwhile. */
  const ask = async (path: string, token: string, body = {}) => {
    const answer = await patiently(api, "POST", path, { token, body }, PATIENCE_MS)
    if (answer.body.code === "invalid_state") return null
    if (answer.status > 201)
      throw new Error(`${path} was answered ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const pay = async () => {
    const payment = await ask(`/v1/orders/${order.id}/payments`, own, { method: "simulator" })
    const path = `/v1/payments/simulator/${payment?.id}`
    return payment && ask(path, token("boss", "admin"), { outcome: "paid" })
  }
  const done =
    (end === "cancelled" && (await ask(`/v1/orders/${order.id}/cancellation`, own))) ||
    (end === "paid" && (await pay()))
  return { userId, key, quantity, order, end: done ? end : "pending_payment" }
}

export interface Load {
  /** What was told so far. */
  readonly told: readonly Told[]
  /** Ends when every buyer has their answer; rejects when one was refused, or had none. */
  stop(): Promise<void>
}

/** Buyers who come one after another, `atOnce` at a time, to a sale that has enough for all of them. */
export function startLoad(world: World, saleId: string, atOnce: number): Load {
  const told: Told[] = []
  let stopping = false
  let next = 0
  const hands = Array.from({ length: atOnce }, async () => {
    while (!stopping) {
      const n = next++
      const quantity = n % 5 === 0 ? 2 : 1
      const bought = await shop(world, saleId, `u${n}`, { quantity, end: ends[n % ends.length]! })
      if (!bought) throw new Error(`u${n} was refused though there are cups for everybody`)
      told.push(bought)
    }
  })
  const ended = Promise.all(hands)
  ended.catch(() => {})
  return {
    told,
    async stop() {
      stopping = true
      await ended
    },
  }
}
