import { expect, it } from "vitest"
import { createFollower } from "../../src/commands/sale/follower.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { saleWorld } from "../support/sale-world.ts"
import { SALE_ID } from "../support/scenario.ts"

it("reads once for all who ask while a read is under way, since that one may have passed what they ask for", async () => {
  const world = await saleWorld()
  let begun = 0
  const go = Promise.withResolvers<void>()
  const readStream: typeof world.log.readStream = async function* (...args) {
    begun += 1
    const events = world.log.readStream(...args)
    if (begun === 1) await go.promise
    yield* events
  }
  const follower = createFollower(FlashSale.initial(SALE_ID), { ...world.log, readStream }, world.clock)
  const first = follower.catchUp()
  const crowd = Array.from({ length: 100 }, () => follower.upTo(0))
  go.resolve()
  await Promise.all([first, ...crowd])
  expect(begun).toBe(2)
  expect(follower.sale.revision).toBe(0)
  await follower.catchUp()
  expect(begun).toBe(3)
})
