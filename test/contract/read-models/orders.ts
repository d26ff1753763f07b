import { describe, expect, test } from "vitest"
import * as orders from "../../../src/projections/orders.ts"
import * as sales from "../../../src/projections/sales.ts"
import { lifeOf, type Told } from "../../support/order-life.ts"
import type { ReadModels } from "../../support/read-side.ts"
import { SALE_ID, START_MS, scheduled } from "../../support/scenario.ts"
import { afterEvents } from "./told.ts"

const sale: Told = { stream: `flashSale-${SALE_ID}`, event: scheduled() }
const ann = lifeOf(SALE_ID, 1, "ann", 2)
const bob = lifeOf(SALE_ID, 2, "bob")
const timedOut = [ann.reserved(), ann.placed(), ann.cancelled("timeout")]

interface Case {
  readonly told: readonly Told[]
  readonly status: string
  readonly cancelReason?: string
  readonly held: number
  readonly sold: number
}

const cases: Record<string, Case> = {
  "reserved, before its own stream begins": {
    told: [ann.reserved()],
    status: "pending_payment",
    held: 2,
    sold: 0,
  },
  placed: { told: [ann.reserved(), ann.placed()], status: "pending_payment", held: 2, sold: 0 },
  paid: { told: [ann.reserved(), ann.placed(), ann.paid()], status: "paid", held: 0, sold: 2 },
  "cancelled by its buyer, its cups not yet released": {
    told: [ann.reserved(), ann.placed(), ann.cancelled("user")],
    status: "cancelled",
    cancelReason: "user",
    held: 2,
    sold: 0,
  },
  "cancelled by staff": {
    told: [ann.reserved(), ann.placed(), ann.cancelled("staff"), ann.released()],
    status: "cancelled",
    cancelReason: "staff",
    held: 0,
    sold: 0,
  },
  "timed out": {
    told: [...timedOut, ann.released()],
    status: "cancelled",
    cancelReason: "timeout",
    held: 0,
    sold: 0,
  },
  "timed out, its cups taken again": {
    told: [...timedOut, ann.released(), ann.takenAgain()],
    status: "cancelled",
    cancelReason: "timeout",
    held: 2,
    sold: 0,
  },
  "paid late": {
    told: [...timedOut, ann.released(), ann.takenAgain(), ann.paid(1, true)],
    status: "paid",
    held: 0,
    sold: 2,
  },
  "paid late without a free cup": {
    told: [...timedOut, ann.released(), ann.notTakenAgain(), ann.refunding()],
    status: "refunding",
    held: 0,
    sold: 0,
  },
  refunded: {
    told: [...timedOut, ann.released(), ann.notTakenAgain(), ann.refunding(), ann.refunded()],
    status: "refunded",
    held: 0,
    sold: 0,
  },
}

/** How an order and the cups of its sale stand after what happened to them. */
export function ordersContract(world: () => ReadModels): void {
  describe("an order", () => {
    test.each(Object.entries(cases))("%s", async (_name, { told, held, sold, ...standing }) => {
      const found = await afterEvents(world(), [sale, ...told], async ({ db }) => ({
        order: await orders.byId(db, ann.orderId),
        sale: await sales.byId(db, SALE_ID, START_MS),
        listed: (await orders.list(db, {}, { limit: 10 })).items.length,
      }))
      expect(found.order).toEqual({
        ...{
          id: ann.orderId,
          saleId: SALE_ID,
          userId: "ann",
          quantity: 2,
          unitPriceFen: 990,
          amountFen: 1_980,
        },
        ...{ reservedAt: "2026-06-01T08:00:01.000Z", payBy: "2026-06-01T08:15:00.001Z" },
        ...standing,
      })
      expect(found.sale).toMatchObject({ held, sold, remaining: 10 - held - sold })
      expect(found.listed).toBe(1)
    })

    test("others stand as they stood", async () => {
      const { items } = await afterEvents(
        world(),
        [sale, ann.reserved(), bob.reserved(), ann.placed(), bob.placed(), ann.cancelled("user"), bob.paid()],
        ({ db }) => orders.list(db, {}, { limit: 10 }),
      )
      const standing = items.map(({ userId, status, cancelReason }) => [userId, status, cancelReason])
      expect(standing).toEqual([
        ["bob", "paid", undefined],
        ["ann", "cancelled", "user"],
      ])
    })

    test("many that end alike", async () => {
      const many = Array.from({ length: 130 }, (_, n) => lifeOf(SALE_ID, n + 1, `u${n}`))
      const ended = await afterEvents(
        world(),
        [sale, ...many.map((life) => life.reserved()), ...many.map((life) => life.cancelled("timeout"))],
        async ({ db }) => (await orders.list(db, { status: "cancelled" }, { limit: 200 })).items,
      )
      expect(ended).toHaveLength(130)
    })
  })
}
