import { expect, it } from "vitest"
import { gateImageOf } from "../../src/commands/sale/gate-change.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { permit, reserved, SALE_ID, START_MS, saleAfter, scheduled } from "../support/scenario.ts"

it("a gate's image is of one revision, though the fold goes on while it is taken", () => {
  const sale = saleAfter(
    scheduled(),
    ...["ann", "bob", "cyd"].map((user, n) => reserved(permit(user), n + 1)),
    reserved(permit("ann", 1, "k2"), 4),
  )
  const { rev, stock, users } = gateImageOf(sale)
  const fold = (event: FlashSale.Event) =>
    FlashSale.evolve(sale, event, { revision: sale.revision + 1, position: 0n })
  const taken: unknown[] = []
  for (const entry of users) {
    taken.push(entry)
    fold(reserved(permit("cyd", 1, `k${sale.revision}`), sale.revision + 1))
    fold(reserved(permit(`new${sale.revision}`), sale.revision + 1))
    const released = FlashSale.release(sale, `${SALE_ID}-2`, START_MS)
    if (released.ok) for (const event of released.events) fold(event)
  }
  expect({ rev, stock, taken }).toEqual({
    rev: 4,
    stock: 6,
    taken: [
      ["ann", 2],
      ["bob", 1],
      ["cyd", 1],
    ],
  })
  expect(new Map(gateImageOf(sale).users).get("bob")).toBeUndefined()
})
