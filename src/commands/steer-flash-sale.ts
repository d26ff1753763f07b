import * as FlashSale from "../domain/flash-sale.ts"
import type { Context } from "./context.ts"
import type { Clock } from "./ports/clock.ts"
import type { LiveSales } from "./sale/live-sales.ts"

export interface Steer {
  readonly saleId: string
  readonly requestId: string
  readonly payloadHash: string
}

export type SteerRefusal = "not_found" | "request_conflict" | "invalid_state"
type Steered =
  | { readonly ok: true; readonly status: FlashSale.Status; readonly position: bigint }
  | { readonly ok: false; readonly reason: SteerRefusal }

interface Deps {
  readonly clock: Clock
  readonly sales: LiveSales
}

/** Decides on a sale that this process serves, through the same queue as its reservations. */
const steer =
  <Command extends Steer>(
    type: FlashSale.EventType,
    decide: (sale: FlashSale.Sale, command: Command & { nowMs: number }) => FlashSale.Steering,
  ) =>
  ({ clock, sales }: Deps) =>
  async (command: Command, context: Context): Promise<Steered> => {
    const live = await sales.get(command.saleId)
    if (!live) return { ok: false, reason: "not_found" }
    const nowMs = clock.now()
    const committed = await live.writer.commit((draft) => decide(draft, { ...command, nowMs }), context)
    if (!committed.ok) return committed
    const { status, position } = live.sale.remembered.get(FlashSale.rememberedAs(type, command.requestId))!
    return { ok: true, status, position }
  }

export const pauseFlashSale = steer("FlashSalePaused", FlashSale.pause)
export const resumeFlashSale = steer("FlashSaleResumed", FlashSale.resume)
export const closeFlashSale = steer("FlashSaleClosed", FlashSale.close)
export const adjustStock = steer<Steer & { delta: number; reason: string }>(
  "StockAdjusted",
  FlashSale.adjustStock,
)
