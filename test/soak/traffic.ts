import { anyOf, patiently } from "../support/buyer.ts"
import { type End, shop, type Told } from "../support/load.ts"
import type { World } from "../support/world.ts"

/** Sales come and go: one opens every so often, so that some three are open at a time. */
const SALE_EVERY_MS = 15_000
const SALE_LASTS_MS = 45_000
/** Long enough that who pays at once is in time whatever fails meanwhile; who does not pay is timed out. */
export const PAYMENT_WINDOW_SECONDS = 60
const TICK_MS = 50
/** Buyers who wait at once; beyond it nobody else comes, as in a shop whose queue reaches the street. */
const WAITING_MAX = 400

const ends: readonly End[] = ["paid", "paid", "cancelled", "pending_payment"]

export interface Traffic {
  /** What buyers were told, by sale. */
  readonly told: ReadonlyMap<string, readonly Told[]>
  /** Buyers who were neither sold to nor refused: each breaks a promise. */
  readonly troubles: readonly string[]
  counts(): { orders: number; refused: number; waiting: number }
  /** Resolves when every buyer has their answer. */
  stop(): Promise<void>
}

/** Buyers who come at a steady rate to whatever sale is open; some of its sales sell out, and others do not. */
export function startTraffic(world: World, perSecond: number, random: () => number): Traffic {
  const told = new Map<string, Told[]>()
  const troubles: string[] = []
  const open: string[] = []
  const waiting = new Set<Promise<void>>()
  let [orders, refused, buyers, due] = [0, 0, 0, 0]

  async function openNext(): Promise<void> {
    const now = Date.now()
    const expected = (perSecond * SALE_EVERY_MS) / 1_000
    const body = {
      title: "A sale of the soak",
      priceFen: 990,
      stock: Math.ceil(expected * (random() < 0.5 ? 0.6 : 3)),
      perUserLimit: 2,
      startsAt: new Date(now - 1_000).toISOString(),
      endsAt: new Date(now + SALE_LASTS_MS).toISOString(),
      paymentWindowSeconds: PAYMENT_WINDOW_SECONDS,
    }
    const token = world.token("boss", "admin")
    const answer = await patiently(anyOf(world.apis), "POST", "/v1/flash-sales", { token, body })
    if (answer.status !== 201) throw new Error(`no sale: ${answer.status} ${JSON.stringify(answer.body)}`)
    told.set(answer.body.id, [])
    open.push(answer.body.id)
    if (open.length > Math.ceil(SALE_LASTS_MS / SALE_EVERY_MS)) open.shift()
  }

  async function visit(saleId: string, userId: string): Promise<void> {
    const quantity = random() < 0.2 ? 2 : 1
    const bought = await shop(world, saleId, userId, {
      quantity,
      end: ends[Math.floor(random() * ends.length)]!,
    })
    if (bought) told.get(saleId)!.push(bought)
    if (bought) orders++
    else refused++
  }

  const follow = (work: Promise<void>) => {
    const watched = work
      .catch((cause: Error) => void troubles.push(cause.message))
      .finally(() => waiting.delete(watched))
    waiting.add(watched)
  }

  follow(openNext())
  const sales = setInterval(() => follow(openNext()), SALE_EVERY_MS)
  const tick = setInterval(() => {
    for (due += (perSecond * TICK_MS) / 1_000; due >= 1; due--) {
      const saleId = open[Math.floor(random() * open.length)]
      if (saleId && waiting.size < WAITING_MAX) follow(visit(saleId, `buyer-${buyers++}`))
    }
  }, TICK_MS)

  return {
    told,
    troubles,
    counts: () => ({ orders, refused, waiting: waiting.size }),
    async stop() {
      clearInterval(sales)
      clearInterval(tick)
      while (waiting.size > 0) await Promise.all(waiting)
    },
  }
}
