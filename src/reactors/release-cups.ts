import type { Clock } from "../commands/ports/clock.ts"
import type { LiveSales } from "../commands/sale/live-sales.ts"
import * as Order from "../domain/order.ts"
import { followingFrom } from "./context.ts"
import { derivedIds } from "./derived-ids.ts"
import type { Reactor } from "./reactor.ts"

const NAME = "release-cups"

/** OrderCancelled -> ReservationReleased: a cancelled order's cups are for sale again, once. */
export const releaseCups = ({ sales, clock }: { sales: LiveSales; clock: Clock }): Reactor => ({
  name: NAME,
  filter: { eventTypes: ["OrderCancelled"] },
  laneOf: ({ stream }) => stream,
  async react(cause) {
    const { orderId, saleId } = Order.schemas.OrderCancelled.parse(cause.data)
    const live = await sales.get(saleId)
    if (!live) throw new Error(`order ${orderId} is of a sale that the log does not know`)
    const released = await live.commit(
      { kind: "release", orderId, nowMs: clock.now() },
      followingFrom(cause, NAME),
      derivedIds(cause.id, NAME),
    )
    if (!released.ok) throw new Error(`order ${orderId} is not known to its sale`)
  },
})
