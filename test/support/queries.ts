import * as Dish from "../../src/domain/dish.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { dishQueries } from "../../src/projections/routes/dishes.ts"
import { flashSaleQueries } from "../../src/projections/routes/flash-sales.ts"
import { orderQueries } from "../../src/projections/routes/orders.ts"
import { ask } from "./ask.ts"
import { buildTestEdge } from "./http.ts"
import { record, startReadSide } from "./read-side.ts"
import { END_MS, permit, reserved, SALE_ID, START_MS, scheduled } from "./scenario.ts"
import { createVirtualClock } from "./virtual-clock.ts"

/** A second sale, which begins when the first one ends. */
export const OTHER_ID = "0b5f1f6e-2222-4222-8333-444444444444"
const iso = (ms: number) => new Date(ms).toISOString()
export const asked = { requestId: "boss:1", payloadHash: "h", at: iso(START_MS) }

/** The queries over two dishes, two sales and three orders, and how to ask them. */
export async function startQueries() {
  const clock = createVirtualClock(START_MS + 60_000)

  const side = await startReadSide()
  const projector = side.project()
  const deps = { db: side.db, clock, watch: side.watch, endPosition: side.log.endPosition }
  const routes = [dishQueries(deps), flashSaleQueries(deps), orderQueries(deps)]
  const app = (await buildTestEdge(routes)).app
  const dish = (name: string, at: number) => ({
    type: "DishAdded",
    data: { dishId: name, name, priceFen: 1_200, onSale: true, at: iso(at) },
  })
  await record(side.log, Dish.streamOf("latte"), dish("latte", START_MS))
  await record(side.log, Dish.streamOf("mocha"), dish("mocha", START_MS + 1))
  await record(side.log, Dish.streamOf("latte"), {
    type: "DishChanged",
    data: {
      name: "oat latte",
      description: "with oats",
      priceFen: 1_300,
      onSale: false,
      at: iso(START_MS + 2),
    },
  })
  await record(
    side.log,
    FlashSale.streamOf(SALE_ID),
    scheduled({ dishId: "latte", storeId: "s1" }),
    reserved(permit("ann", 2), 1),
    reserved({ ...permit("bob", 1), grantedAtMs: START_MS + 2_000 }, 2),
    reserved({ ...permit("ann", 1, "k2"), grantedAtMs: START_MS + 2_000 }, 3),
    { type: "StockAdjusted", data: { ...asked, delta: 5, reason: "more beans" } },
    {
      type: "PermitRefused",
      data: { requestId: "x:1", userId: "x", quantity: 1, payloadHash: "h", reason: "expired" },
    },
    {
      type: "ReservationReleased",
      data: { orderId: `${SALE_ID}-1`, requestId: "ann:k1", userId: "ann", quantity: 2, at: iso(START_MS) },
    },
    { type: "GateOpened", data: { epoch: 1 } },
  )
  const other = scheduled({
    title: "Later",
    stock: 7,
    startsAt: iso(END_MS),
    endsAt: iso(END_MS + 1_000),
  }).data
  await record(side.log, FlashSale.streamOf(OTHER_ID), {
    type: "FlashSaleScheduled",
    data: { ...other, saleId: OTHER_ID, at: iso(START_MS) },
  })
  await side.watch.waitFor(await side.log.endPosition(), 5_000)

  return {
    clock,
    log: side.log,
    async get(url: string, headers: Record<string, string> = {}) {
      const response = await ask(app, { url, headers })
      return { status: response.status, headers: response.headers, body: response.body }
    },
    async close() {
      await projector.stop()
      await app.close()
      await side.close()
    },
  }
}
