import { expect, test } from "vitest"
import * as orders from "../../../src/projections/orders.ts"
import { lifeOf, type Told } from "../../support/order-life.ts"
import type { ReadModels } from "../../support/read-side.ts"
import { SALE_ID } from "../../support/scenario.ts"
import { afterEvents } from "./told.ts"

const OTHER_ID = "0b5f1f6e-2222-4222-8333-444444444444"
const sold = [
  { saleId: SALE_ID, revision: 1, userId: "ann", status: "paid" },
  { saleId: SALE_ID, revision: 2, userId: "ann", status: "pending_payment" },
  { saleId: SALE_ID, revision: 3, userId: "Ann", status: "paid" },
  { saleId: OTHER_ID, revision: 4, userId: "ann", status: "paid" },
  { saleId: OTHER_ID, revision: 5, userId: "bob", status: "cancelled" },
] as const

const told = sold.flatMap(({ saleId, revision, userId, status }): Told[] => {
  const life = lifeOf(saleId, revision, userId)
  if (status === "paid") return [life.reserved(), life.paid()]
  return status === "cancelled" ? [life.reserved(), life.cancelled("staff")] : [life.reserved()]
})

const users = [undefined, "ann", "Ann", "bob", "nobody"] as const
const saleIds = [undefined, SALE_ID, OTHER_ID] as const
const statuses = [undefined, "paid", "pending_payment", "cancelled", "refunded"] as const

/** What staff find. */
export function searchContract(world: () => ReadModels): void {
  test("a search finds what matches all of it, by every combination, the newest first", async () => {
    const found = await afterEvents(world(), told, async ({ db }) => {
      const revisions: Record<string, number[]> = {}
      for (const userId of users)
        for (const saleId of saleIds)
          for (const status of statuses) {
            const { items } = await orders.list(db, { userId, saleId, status }, { limit: 100 })
            revisions[`${userId} ${saleId} ${status}`] = items.map(({ id }) => Number(id.slice(37)))
          }
      return revisions
    })
    for (const userId of users)
      for (const saleId of saleIds)
        for (const status of statuses)
          expect(found[`${userId} ${saleId} ${status}`], `${userId} ${saleId} ${status}`).toEqual(
            sold
              .filter((order) => userId === undefined || order.userId === userId)
              .filter((order) => saleId === undefined || order.saleId === saleId)
              .filter((order) => status === undefined || order.status === status)
              .map(({ revision }) => revision)
              .toReversed(),
          )
  })
}
