import { describe, expect, it } from "vitest"
import { createLiveSales } from "../../src/commands/sale/live-sales.ts"
import { saleWorld } from "../support/sale-world.ts"
import { END_MS, SALE_ID } from "../support/scenario.ts"

describe("the sales that a process serves", () => {
  it("are let go a while after their end, once nobody asks for them, and served again when somebody does", async () => {
    const world = await saleWorld()
    const { deps, stop } = await world.process()
    await stop()
    const sales = createLiveSales(deps)
    const served = (await sales.get(SALE_ID))!
    await world.clock.advance(END_MS - world.clock.now())
    expect([...sales.all()]).toEqual([served])
    await world.clock.advance(55_000)
    expect(await sales.get(SALE_ID)).toBe(served)
    await world.clock.advance(55_000)
    expect(sales.peek(SALE_ID)).toBe(served)
    await world.clock.advance(75_000)
    expect([...sales.all()]).toEqual([])
    const again = (await sales.get(SALE_ID))!
    expect(again).not.toBe(served)
    expect(again.sale.revision).toBe(served.sale.revision)
    await sales.stop()
  })
})
