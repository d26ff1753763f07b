import { appendDurably } from "../commands/append.ts"
import { newEvent } from "../commands/context.ts"
import type { Clock } from "../commands/ports/clock.ts"
import type { EventStore } from "../commands/ports/event-store.ts"
import * as FlashSale from "../domain/flash-sale.ts"
import * as Order from "../domain/order.ts"
import { followingFrom } from "./context.ts"
import { derivedId } from "./derived-ids.ts"
import type { Reactor } from "./reactor.ts"

const NAME = "place-orders"

/** StockReserved -> OrderPlaced: every reservation begins an order with a stream of its own, but not that of a late cup. */
export const placeOrders = ({ store, clock }: { store: EventStore; clock: Clock }): Reactor => ({
  name: NAME,
  filter: { eventTypes: ["StockReserved"] },
  laneOf: ({ id }) => id,
  async react(cause) {
    const reserved = FlashSale.schemas.StockReserved.parse(cause.data)
    if (reserved.requestId === FlashSale.lateRequestId(reserved.orderId)) return
    const { orderId, userId, quantity, requestId, amountFen, payBy, reservedAt: at } = reserved
    const saleId = cause.stream.slice(FlashSale.STREAM_PREFIX.length)
    const placed: Order.Event = {
      type: "OrderPlaced",
      data: { orderId, saleId, userId, quantity, requestId, amountFen, payBy, at },
    }
    const event = newEvent(derivedId(cause.id, NAME), placed, followingFrom(cause, NAME))
    // A conflict is the stream's own first event, from an earlier delivery: the order is placed.
    await appendDurably(store, clock)(Order.streamOf(orderId), "no_stream", [event])
  },
})
