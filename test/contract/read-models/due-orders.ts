import { describe, expect, test } from "vitest"
import { type DueOrder, dueOrders } from "../../../src/projections/due-orders.ts"
import { lifeOf, PAY_BY_MS } from "../../support/order-life.ts"
import type { ReadModels } from "../../support/read-side.ts"
import { SALE_ID } from "../../support/scenario.ts"
import { afterEvents } from "./told.ts"

const lives = [1, 2, 3, 4, 5].map((revision) => lifeOf(SALE_ID, revision, `u${revision}`))
const [one, two, three, four, five] = lives.map(({ orderId: id }, at) => ({
  id,
  payByMs: PAY_BY_MS + at + 1,
}))
const reserved = lives.map((life) => life.reserved())

/** What the timer finds. */
export function dueOrdersContract(world: () => ReadModels): void {
  describe("orders whose time is up", () => {
    test("are due at their instant, not before, in the order of their time", async () => {
      const due = await afterEvents(world(), reserved.toReversed(), ({ db }) =>
        dueOrders(db, PAY_BY_MS + 3, 10),
      )
      expect(due).toEqual([one, two, three])
    })

    test("are none once they are paid or ended", async () => {
      const told = [
        ...reserved,
        lives[0]!.paid(),
        lives[2]!.cancelled("user"),
        lives[3]!.cancelled("timeout"),
      ]
      const due = await afterEvents(world(), told, ({ db }) => dueOrders(db, PAY_BY_MS + 10, 10))
      expect(due).toEqual([two, five])
    })

    test("follow each other page by page, also those of one millisecond", async () => {
      const [a, b] = [lifeOf(SALE_ID, 4, "x"), lifeOf("0b5f1f6e-2222-4222-8333-444444444444", 4, "y")]
      const pages = await afterEvents(
        world(),
        [...reserved.slice(0, 3), a.reserved(), b.reserved()],
        async ({ db }) => {
          const seen: (readonly DueOrder[])[] = []
          let page: readonly DueOrder[] = []
          do {
            page = await dueOrders(db, PAY_BY_MS + 10, 2, page.at(-1))
            seen.push(page)
          } while (page.length === 2)
          return seen
        },
      )
      const last = { id: b.orderId, payByMs: four!.payByMs }
      expect(pages).toEqual([[one, two], [three, four], [last]])
    })
  })
}
