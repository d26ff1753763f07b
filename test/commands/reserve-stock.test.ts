import { expect, it } from "vitest"
import { saleWorld } from "../support/sale-world.ts"

it("sells every cup once, and no more", async () => {
  const world = await saleWorld({ stock: 3, perUserLimit: 1 })
  const process = await world.process()
  const answers = Array.from({ length: 10 }, (_, n) => process.buy(`u${n}`))
  await world.clock.advance(2_000)
  const kinds = (await Promise.all(answers)).map((answer) => answer.kind)
  expect(kinds.filter((kind) => kind === "accepted")).toHaveLength(3)
  expect(kinds.filter((kind) => kind === "refused")).toHaveLength(7)
  expect(world.events().filter(({ type }) => type === "StockReserved")).toHaveLength(3)
  expect(await world.drift()).toBe(0)
})
