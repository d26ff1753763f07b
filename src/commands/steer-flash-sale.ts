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

const eventOf = {
  pause: "FlashSalePaused",
  resume: "FlashSaleResumed",
  close: "FlashSaleClosed",
  adjust_stock: "StockAdjusted",
} as const satisfies Partial<Record<FlashSale.Kind, FlashSale.EventType>>

/** Decides on a sale that this process serves, through the same queue as its reservations. */
const steer =
  <Command extends Steer>(
    commandOf: (command: Command, nowMs: number) => FlashSale.Command & { kind: keyof typeof eventOf },
  ) =>
  ({ clock, sales }: Deps) =>
  async (steering: Command, context: Context): Promise<Steered> => {
    const live = await sales.get(steering.saleId)
    if (!live) return { ok: false, reason: "not_found" }
    const command = commandOf(steering, clock.now())
    const committed = await live.commit(command, context)
    if (!committed.ok) return committed
    const remembered = FlashSale.rememberedAs(eventOf[command.kind], command.requestId)
    const { status, position } = live.sale.remembered.get(remembered)!
    return { ok: true, status, position }
  }

const asked = ({ requestId, payloadHash }: Steer, nowMs: number) => ({ requestId, payloadHash, nowMs })

export const pauseFlashSale = steer((command, nowMs) => ({ kind: "pause", ...asked(command, nowMs) }))
export const resumeFlashSale = steer((command, nowMs) => ({ kind: "resume", ...asked(command, nowMs) }))
export const closeFlashSale = steer((command, nowMs) => ({ kind: "close", ...asked(command, nowMs) }))
export const adjustStock = steer<Steer & { delta: number; reason: string }>((command, nowMs) => ({
  ...{ kind: "adjust_stock", ...asked(command, nowMs) },
  ...{ delta: command.delta, reason: command.reason },
}))
