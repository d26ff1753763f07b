import * as FlashSale from "../domain/flash-sale.ts"
import type { Context } from "./context.ts"
import { create } from "./create.ts"
import { within } from "./ports/clock.ts"
import type { SaleDeps } from "./sale/deps.ts"
import type { LiveSales } from "./sale/live-sales.ts"

/** How long a new sale's answer waits for its gate, so that an order sent right after it is not turned away. */
const FIRST_LOAD_MS = 1_000

export interface ScheduleFlashSale {
  readonly saleId: string
  readonly terms: FlashSale.Terms
  readonly payloadHash: string
}

/** Schedules a sale and loads its gate; a repeated request is answered as at first. */
export const scheduleFlashSale =
  (deps: SaleDeps, sales: LiveSales) =>
  async ({ saleId, terms, payloadHash }: ScheduleFlashSale, context: Context) => {
    const decision = FlashSale.schedule(FlashSale.initial(saleId), { ...terms, nowMs: deps.clock.now() })
    if (!decision.ok) return decision
    const created = await create(deps)(FlashSale.streamOf(saleId), decision.events[0]!, context, payloadHash)
    if (!created.ok) return created
    sales.created(saleId)
    const live = await sales.get(saleId)
    if (live && !live.isOver()) await within(deps.clock, FIRST_LOAD_MS, live.rebuild.ensureLoaded())
    const sale = FlashSale.schemas.FlashSaleScheduled.parse(created.data)
    return { ok: true, sale, position: created.position } as const
  }
