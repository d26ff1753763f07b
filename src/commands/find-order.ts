import * as FlashSale from "../domain/flash-sale.ts"
import * as Order from "../domain/order.ts"
import { type Clock, sleep } from "./ports/clock.ts"
import { type EventStore, EventStoreUnavailable } from "./ports/event-store.ts"
import type { LiveSales } from "./sale/live-sales.ts"
import { read } from "./write.ts"

/** How long an order that was just sold may take to get its own stream. */
const PATIENCE_MS = 3_000
const POLL_MS = 25

export interface FindOrderDeps {
  readonly store: EventStore
  readonly clock: Clock
  readonly sales: LiveSales
}

export type PlacedOrder = Exclude<Order.Order, { status: "none" }>

export const orders = { initial: Order.initial, parse: Order.parse, evolve: Order.evolve }

/**
 * The order as its stream has it. One that its sale has sold but whose stream is not there yet is waited for, 3 s at
 * most, then `EventStoreUnavailable` is thrown; null at once for an order that its sale does not know.
 */
export const findOrder =
  ({ store, clock, sales }: FindOrderDeps) =>
  async (orderId: string): Promise<PlacedOrder | null> => {
    const [, saleId, revision] = FlashSale.ORDER_ID.exec(orderId) ?? []
    if (!saleId) return null
    const placed = await readOrder(store, orderId)
    if (placed) return placed
    const live = await sales.get(saleId)
    if (!live) return null
    await live.follower.upTo(Number(revision))
    if (!FlashSale.reservationOf(live.sale, orderId)) return null
    for (
      const untilMs = clock.elapsed() + PATIENCE_MS;
      clock.elapsed() < untilMs;
      await sleep(clock, POLL_MS)
    ) {
      const late = await readOrder(store, orderId)
      if (late) return late
    }
    throw new EventStoreUnavailable(`order ${orderId} was sold but not placed within ${PATIENCE_MS} ms`)
  }

async function readOrder(store: EventStore, orderId: string): Promise<PlacedOrder | null> {
  const { state: order } = await read(store, Order.streamOf(orderId), orders)
  return order.status === "none" ? null : order
}
