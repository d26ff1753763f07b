import { addDish } from "./commands/add-dish.ts"
import type { Context } from "./commands/context.ts"
import { derivedId, payloadHash } from "./commands/request.ts"
import type { SaleDeps } from "./commands/sale/deps.ts"
import type { LiveSales } from "./commands/sale/live-sales.ts"
import { scheduleFlashSale } from "./commands/schedule-flash-sale.ts"
import { toInstant } from "./domain/time.ts"

const context: Context = { actor: "system:seed", correlationId: "seed", causationId: "seed" }
const idOf = (name: string) => derivedId(":seed", "/seed", name)
const hash = payloadHash({ seed: 1 })
const DAY_MS = 86_400_000

/** The id of the open sale that a first start creates. */
export const SEEDED_SALE_ID = idOf("open sale")

/**
 * A dish, an open sale and a scheduled one, so that a first start shows something. Their ids are fixed, so a later
 * start finds them and changes nothing. Throws `EventStoreUnavailable`.
 */
export async function seedDemo(deps: SaleDeps, sales: LiveSales): Promise<void> {
  const now = deps.clock.now()
  const menu = { name: "Flat white", description: "Double shot, steamed milk", priceFen: 2_800, onSale: true }
  const dishId = idOf("dish")
  await addDish(deps)({ dishId, menu, payloadHash: hash }, context)
  const offer = { dishId, priceFen: 990, stock: 1_000, perUserLimit: 2, paymentWindowSeconds: 900 }
  const schedule = (saleId: string, title: string, startsInMs: number) =>
    scheduleFlashSale(deps, sales)(
      {
        saleId,
        terms: {
          ...offer,
          title,
          startsAt: toInstant(now + startsInMs),
          endsAt: toInstant(now + startsInMs + 30 * DAY_MS),
        },
        payloadHash: hash,
      },
      context,
    )
  await schedule(SEEDED_SALE_ID, "Flat white for 9.90", -60_000)
  await schedule(idOf("scheduled sale"), "Tomorrow's flat white for 9.90", DAY_MS)
}
