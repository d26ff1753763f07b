import fc from "fast-check"
import { describe, expect, test } from "vitest"
import * as sales from "../../../src/projections/sales.ts"
import { type Life, lifeOf, type Told } from "../../support/order-life.ts"
import { dump, type ReadModels, startReadSide } from "../../support/read-side.ts"
import { START_MS, scheduled, terms } from "../../support/scenario.ts"
import { tell } from "./told.ts"

const SALES = ["0b5f1f6e-1111-4222-8333-444444444444", "0b5f1f6e-2222-4222-8333-444444444444"]

/** What can become of an order, event by event; other orders' events come in between. */
const fates: Record<string, (life: Life) => Told[]> = {
  pending: (life) => [life.reserved(), life.placed()],
  paid: (life) => [life.reserved(), life.placed(), life.opened(), life.captured(), life.paid()],
  "paid twice": (life) => [
    ...[life.reserved(), life.placed(), life.opened(1), life.opened(2), life.captured(1), life.captured(2)],
    ...[life.paid(1), life.refundRequested(2, "duplicate"), life.refundSucceeded(2)],
  ],
  cancelled: (life) => [life.reserved(), life.placed(), life.cancelled("user"), life.released()],
  "paid late": (life) => [
    ...[life.reserved(), life.placed(), life.opened(), life.cancelled("timeout"), life.released()],
    ...[life.captured(), life.takenAgain(), life.paid(1, true)],
  ],
  "paid late and in vain": (life) => [
    ...[life.reserved(), life.placed(), life.opened(), life.cancelled("timeout"), life.released()],
    ...[life.captured(), life.notTakenAgain(), life.refunding(), life.refundRequested()],
    ...[life.refundFailed(1, 1, START_MS), life.refundSucceeded(), life.refunded()],
  ],
}

interface Order {
  readonly sale: string
  readonly quantity: number
  readonly fate: string
}

const order: fc.Arbitrary<Order> = fc.record({
  sale: fc.constantFrom(...SALES),
  quantity: fc.integer({ min: 1, max: 3 }),
  fate: fc.constantFrom(...Object.keys(fates)),
})
/** Orders, and how their events are mixed: whose turn it is, again and again. */
const history = fc.record({
  orders: fc.array(order, { minLength: 2, maxLength: 12 }),
  turns: fc.array(fc.nat(), { minLength: 100, maxLength: 100 }),
})

function eventsOf({ orders, turns }: { orders: readonly Order[]; turns: readonly number[] }): Told[] {
  const lines = orders.map(({ sale, quantity, fate }, n) =>
    fates[fate]!(lifeOf(sale, n, `u${n % 3}`, quantity)),
  )
  const told: Told[] = []
  for (let turn = 0; lines.some((line) => line.length > 0); turn++) {
    const unfinished = lines.filter((line) => line.length > 0)
    told.push(unfinished[turns[turn % turns.length]! % unfinished.length]!.shift()!)
  }
  return told
}

/** Cups of one sale, counted order by order: a way of its own to the numbers. */
function count(sale: string, told: readonly Told[]): { held: number; sold: number; remaining: number } {
  const units = new Map<string, { held: number; sold: number }>()
  for (const { event } of told) {
    const { orderId, quantity = 0 } = event.data as { orderId: string; quantity?: number }
    if (!orderId?.startsWith(sale)) continue
    if (event.type === "StockReserved") units.set(orderId, { held: quantity, sold: 0 })
    if (event.type === "ReservationReleased") units.set(orderId, { held: 0, sold: 0 })
    if (event.type === "OrderPaid") units.set(orderId, { held: 0, sold: quantity })
  }
  const sum = (column: "held" | "sold") =>
    [...units.values()].reduce((total, order) => total + order[column], 0)
  const [held, sold] = [sum("held"), sum("sold")]
  return { held, sold, remaining: terms.stock - held - sold }
}

/** Whatever happens, in whatever order, the numbers are right at every position, and a rebuild makes the same rows. */
export function historiesContract(world: () => ReadModels): void {
  describe("any history", () => {
    test("is right at every position and the same after a rebuild", { timeout: 60_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(history, async (mixed) => {
          await world().wipe()
          const side = await startReadSide({ models: world() })
          for (const saleId of SALES)
            await tell(side.log, {
              stream: `flashSale-${saleId}`,
              event: { type: "FlashSaleScheduled", data: { ...scheduled().data, saleId } },
            })
          const projector = side.project()
          const told = eventsOf(mixed)
          for (const [n, event] of told.entries()) {
            expect(await side.watch.waitFor(await tell(side.log, event), 5_000)).toBe(true)
            for (const saleId of SALES)
              expect(await sales.byId(side.db, saleId, START_MS)).toMatchObject(
                count(saleId, told.slice(0, n + 1)),
              )
          }
          await projector.stop()
          const stepByStep = await dump(side.db)
          await world().wipe()
          const rebuilt = side.project()
          await expect.poll(() => rebuilt.caughtUp()).toBe(true)
          await rebuilt.stop()
          expect(await dump(side.db)).toEqual(stepByStep)
          expect(side.failures).toEqual([])
        }),
        { numRuns: 6 },
      )
    })
  })
}
