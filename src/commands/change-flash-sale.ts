import * as FlashSale from "../domain/flash-sale.ts"
import type { Context } from "./context.ts"
import type { Clock } from "./ports/clock.ts"
import type { LiveSales } from "./sale/live-sales.ts"

/** Changes a sale's terms: any of them before its start, then only the title and a later end. */
export const changeFlashSale =
  ({ clock, sales }: { clock: Clock; sales: LiveSales }) =>
  async (saleId: string, changes: Partial<FlashSale.Terms>, context: Context) => {
    const live = await sales.get(saleId)
    if (!live) return { ok: false, reason: "not_found" } as const
    const nowMs = clock.now()
    const committed = await live.writer.commit((draft) => FlashSale.change(draft, changes, nowMs), context)
    if (!committed.ok) return committed
    return { ok: true, status: FlashSale.statusAt(live.sale, nowMs), position: live.sale.position } as const
  }
