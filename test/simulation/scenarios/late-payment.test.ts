import { expect, it } from "vitest"
import { createLiveSales } from "../../../src/commands/sale/live-sales.ts"
import { cancelUnpaid } from "../../../src/reactors/cancel-unpaid.ts"
import { placeOrders } from "../../../src/reactors/place-orders.ts"
import { type Reactor, startReactor } from "../../../src/reactors/reactor.ts"
import { settleCaptures } from "../../../src/reactors/settle-captures.ts"
import { actors, memoryCheckpoints, ordersOf } from "../../support/order-world.ts"
import { type Process, saleWorld } from "../../support/sale-world.ts"

const onFailure = (_: string, cause: unknown) => {
  throw cause
}

it("a late payment while the order's own cup is still held: one append gives it back and takes it again", async () => {
  const world = await saleWorld({ stock: 1, paymentWindowSeconds: 60 })
  const { clock, log } = world
  const { deps, live }: Process = await world.process()
  const sales = createLiveSales(deps)
  const checkpoints = memoryCheckpoints()
  // Whoever releases cups is down: the order is cancelled, and holds its cup all the same.
  for (const reactor of [placeOrders(deps), settleCaptures({ ...deps, sales })] satisfies Reactor[])
    startReactor({ store: log, checkpoints, clock, onFailure }, reactor)
  const act = await actors(world)

  const buying = act.buy("ann")
  await clock.advance(700)
  await buying
  const [orderId] = ordersOf(log).keys()
  const paying = act.pay(orderId!, "ann")
  await clock.advance(100)
  await clock.advance(61_000)
  const timeOut = cancelUnpaid({ ...deps, dueOrders: async () => [{ id: orderId!, payByMs: 0 }] })
  await timeOut(new AbortController().signal)
  expect(ordersOf(log).get(orderId!)).toMatchObject({ status: "cancelled" })
  expect(live.sale.taken).toBe(1)

  const before = log.all.length
  await act.captured(await paying, 1)
  await clock.advance(1_000)
  const ofSale = log.all.slice(before).filter(({ stream }) => stream.startsWith("flashSale-"))
  expect(ofSale.map(({ type }) => type)).toEqual(["ReservationReleased", "StockReserved"])
  expect(ordersOf(log).get(orderId!)).toMatchObject({ status: "paid" })
  expect(live.sale.taken).toBe(1)
  expect(await world.drift()).toBe(0)
})
