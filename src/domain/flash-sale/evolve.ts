import { fromInstant } from "../time.ts"
import type { Event, Terms } from "./events.ts"
import { released } from "./outcome.ts"
import { rememberedAs, type Sale, statusAt } from "./state.ts"

const REMEMBERED_MAX = 100

/** Folds the stream's next event. It never judges: the event happened. */
export function evolve(sale: Sale, event: Event, at: { revision: number; position: bigint }): void {
  sale.revision = at.revision
  sale.position = at.position
  const { type, data } = event
  switch (type) {
    case "FlashSaleScheduled": {
      const { saleId: _, at: __, ...terms } = data
      sale.capacity = data.stock
      setTerms(sale, terms)
      return
    }
    case "FlashSaleChanged": {
      const { stockDelta, at: __, ...terms } = data
      sale.capacity += stockDelta
      setTerms(sale, terms)
      return
    }
    case "FlashSalePaused":
      sale.paused = true
      remember(sale, type, data)
      return
    case "FlashSaleResumed":
      sale.paused = false
      remember(sale, type, data)
      return
    case "FlashSaleClosed":
      sale.closed = true
      remember(sale, type, data)
      return
    case "StockAdjusted":
      sale.capacity += data.delta
      remember(sale, type, data)
      return
    case "StockReserved":
      sale.outcomes.set({
        kind: "accepted",
        orderId: data.orderId,
        requestId: data.requestId,
        userId: data.userId,
        quantity: data.quantity,
        amountFen: data.amountFen,
        payByMs: fromInstant(data.payBy),
        payloadHash: data.payloadHash,
        revision: at.revision,
        position: at.position,
        releasedAt: 0,
      })
      take(sale, data.userId, data.quantity)
      return
    case "PermitRefused": {
      const { requestId, reason, payloadHash } = data
      sale.outcomes.set({ kind: "refused", reason, requestId, payloadHash, revision: at.revision })
      return
    }
    case "ReservationReleased": {
      const outcome = sale.outcomes.get(data.requestId)
      if (outcome?.kind === "accepted") sale.outcomes.set(released(outcome, at.revision))
      take(sale, data.userId, -data.quantity)
      return
    }
    case "GateOpened":
      sale.epoch = data.epoch
      return
  }
}

export function setTerms(sale: Sale, terms: Terms): void {
  sale.terms = terms
  sale.startsAtMs = Date.parse(terms.startsAt)
  sale.endsAtMs = Date.parse(terms.endsAt)
}

/** Counts cups as held or sold, or as given back when there are fewer than none. */
export function take(sale: Sale, userId: string, units: number): void {
  sale.taken += units
  sale.unitsOf.add(userId, units)
}

function remember(
  sale: Sale,
  type: string,
  data: { requestId: string; payloadHash: string; at: string },
): void {
  const status = statusAt(sale, Date.parse(data.at))
  sale.remembered.set(rememberedAs(type, data.requestId), {
    payloadHash: data.payloadHash,
    status,
    position: sale.position,
  })
  if (sale.remembered.size > REMEMBERED_MAX) {
    for (const oldest of sale.remembered.keys()) {
      sale.remembered.delete(oldest)
      break
    }
  }
}
