import { orders } from "../commands/find-order.ts"
import { type WriteDeps, write } from "../commands/write.ts"
import * as Order from "../domain/order.ts"
import * as Payment from "../domain/payment.ts"
import { toInstant } from "../domain/time.ts"
import { followingFrom } from "./context.ts"
import { derivedIds } from "./derived-ids.ts"
import type { Reactor } from "./reactor.ts"

const NAME = "finish-refunds"

/** RefundSucceeded -> OrderRefunded, where it was the order's own refund. */
export const finishRefunds = (deps: WriteDeps): Reactor => ({
  name: NAME,
  filter: { eventTypes: ["RefundSucceeded"] },
  laneOf: ({ stream }) => stream,
  async react(cause) {
    const { orderId, paymentId, transactionId, amountFen } = Payment.schemas.RefundSucceeded.parse(cause.data)
    await write({ ...deps, newId: derivedIds(cause.id, NAME) })(
      Order.streamOf(orderId),
      orders,
      (order) => Order.refunded(order, { paymentId, transactionId, amountFen }, toInstant(deps.clock.now())),
      followingFrom(cause, NAME),
    )
  },
})
