import type * as FlashSale from "../../domain/flash-sale.ts"
import { ORDER_MAX_UNITS } from "../../domain/flash-sale.ts"
import type { GateChange, GateImage } from "../ports/gate.ts"

/** What an event of the sale's stream means to its gate. */
export function gateChangeOf({ type, data }: FlashSale.Event): GateChange {
  switch (type) {
    case "StockReserved":
      return { kind: "reserved", requestId: data.requestId, userId: data.userId, quantity: data.quantity }
    case "PermitRefused":
      return { kind: "refused", requestId: data.requestId }
    case "ReservationReleased":
      return { kind: "released", userId: data.userId, quantity: data.quantity }
    case "StockAdjusted":
      return { kind: "adjusted", delta: data.delta }
    case "FlashSaleChanged":
      return {
        kind: "changed",
        stockDelta: data.stockDelta,
        perUserLimit: data.perUserLimit,
        startsAtMs: Date.parse(data.startsAt),
        endsAtMs: Date.parse(data.endsAt),
      }
    case "FlashSalePaused":
      return { kind: "paused" }
    case "FlashSaleResumed":
      return { kind: "resumed" }
    case "FlashSaleClosed":
      return { kind: "closed" }
    case "GateOpened":
      return { kind: "gate_opened", epoch: data.epoch }
    case "FlashSaleScheduled":
      return { kind: "none" }
  }
}

/** The whole gate as the fold has it now, also while the fold goes on. */
export function gateImageOf(sale: FlashSale.Fold): GateImage {
  return {
    epoch: sale.epoch,
    rev: sale.revision,
    stock: sale.capacity - sale.taken,
    perUserLimit: sale.terms?.perUserLimit ?? 0,
    orderMax: ORDER_MAX_UNITS,
    startsAtMs: sale.startsAtMs,
    endsAtMs: sale.endsAtMs,
    paused: sale.paused,
    closed: sale.closed,
    users: sale.unitsOf.entries(),
  }
}
