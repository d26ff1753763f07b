import { expect } from "vitest"
import type { Decision } from "../../src/domain/decision.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"

export const SALE_ID = "0b5f1f6e-1111-4222-8333-444444444444"
export const START_MS = Date.parse("2026-06-01T08:00:00.000Z")
export const END_MS = START_MS + 3_600_000

export const terms: FlashSale.Terms = {
  title: "Latte at dawn",
  priceFen: 990,
  stock: 10,
  perUserLimit: 2,
  startsAt: new Date(START_MS).toISOString(),
  endsAt: new Date(END_MS).toISOString(),
  paymentWindowSeconds: 900,
}

export const scheduled = (changes: Partial<FlashSale.Terms> = {}): FlashSale.Event => ({
  type: "FlashSaleScheduled",
  data: { ...terms, ...changes, saleId: SALE_ID, at: new Date(START_MS - 60_000).toISOString() },
})

/** A permit for `units` cups of a user, granted a second after the start. */
export const permit = (user: string, units = 1, key = "k1"): FlashSale.Permit => ({
  requestId: `${user}:${key}`,
  userId: user,
  quantity: units,
  payloadHash: `hash-${units}`,
  grantedAtMs: START_MS + 1_000,
})

/** The event that sells a permit's cups at `revision` of the sale's stream. */
export function reserved({ grantedAtMs, ...reserving }: FlashSale.Permit, revision: number): FlashSale.Event {
  return {
    type: "StockReserved",
    data: {
      ...reserving,
      orderId: `${SALE_ID}-${revision}`,
      unitPriceFen: 990,
      amountFen: 990 * reserving.quantity,
      reservedAt: new Date(grantedAtMs).toISOString(),
      payBy: new Date(grantedAtMs + 900_000).toISOString(),
    },
  }
}

export function refused(
  { grantedAtMs: _, ...reserving }: FlashSale.Permit,
  reason: FlashSale.PermitRefusal,
): FlashSale.Event {
  return { type: "PermitRefused", data: { ...reserving, reason } }
}

export function saleAfter(...events: readonly FlashSale.Event[]): FlashSale.Fold {
  const sale = FlashSale.initial(SALE_ID)
  for (const event of events) fold(sale, event)
  return sale
}

/** With what is read only when it is asked for. */
const whole = (outcome: FlashSale.Outcome): FlashSale.Outcome =>
  outcome.kind === "accepted" ? FlashSale.released(outcome, outcome.releasedAt) : outcome

/** All that a fold holds, to be compared. */
export const contentOf = ({ outcomes, unitsOf, ...rest }: FlashSale.Fold) => ({
  ...rest,
  units: new Map(unitsOf.entries()),
  outcomes: Array.from({ length: outcomes.size() }, (_, row) => whole(outcomes.row(row))),
  released: Array.from({ length: outcomes.releases() }, (_, release) => outcomes.release(release)),
})

const fold = (sale: FlashSale.Sale, event: FlashSale.Event): void =>
  FlashSale.evolve(sale, event, { revision: sale.revision + 1, position: BigInt(sale.revision + 1) * 100n })

type Decide = (sale: FlashSale.Sale) => Decision<FlashSale.Event, string>

/**
 * `given(...events).when(decide).then(...events)`. `then` also decides a second time on what came of it and wants no
 * events, so that every case shows that asking twice changes nothing.
 */
export const given = (...past: readonly FlashSale.Event[]) => ({
  when: (decide: Decide) => ({
    // biome-ignore lint/suspicious/noThenProperty: given, when, then
    then(...events: readonly FlashSale.Event[]): void {
      const sale = saleAfter(...past)
      expect(decide(sale)).toEqual({ ok: true, events })
      for (const event of events) fold(sale, event)
      expect(decide(sale)).toEqual({ ok: true, events: [] })
    },
    refuses(reason: string): void {
      expect(decide(saleAfter(...past))).toEqual({ ok: false, reason })
    },
  }),
})
