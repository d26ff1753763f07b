import { orders } from "../commands/find-order.ts"
import { payments } from "../commands/record-notification.ts"
import type { LiveSales } from "../commands/sale/live-sales.ts"
import { read, type WriteDeps, write } from "../commands/write.ts"
import type { Decision } from "../domain/decision.ts"
import type { RecordedEvent } from "../domain/event.ts"
import * as FlashSale from "../domain/flash-sale.ts"
import * as Order from "../domain/order.ts"
import * as Payment from "../domain/payment.ts"
import { toInstant } from "../domain/time.ts"
import { followingFrom } from "./context.ts"
import { derivedId, derivedIds } from "./derived-ids.ts"
import type { Reactor } from "./reactor.ts"

const NAME = "settle-captures"

/**
 * PaymentCaptured -> OrderPaid, or the money's way back. Every step is an event, and each is decided on the state of its
 * stream: a crash between any two of them is made good by the second delivery.
 */
export const settleCaptures = (deps: WriteDeps & { sales: LiveSales }): Reactor => ({
  name: NAME,
  filter: { eventTypes: ["PaymentCaptured"] },
  // Of two payments of one order, the one that the log has first wins.
  laneOf: ({ data }) => Payment.schemas.PaymentCaptured.parse(data).orderId,
  async react(cause) {
    const { orderId, paymentId, transactionId, amountFen } = Payment.schemas.PaymentCaptured.parse(cause.data)
    const capture = { paymentId, transactionId, amountFen }
    const step = steps(deps, cause, orderId, capture)
    if (!(await step.isRightAmount())) return step.giveBack("wrong_amount")
    const paid = await step.onOrder("pay", (order, at) => Order.pay(order, capture, at))
    if (paid === null) return
    if (paid === "too_late" && (await step.takeCupsAgain())) {
      const late = await step.onOrder("pay-late", (order, at) => Order.payLate(order, capture, at))
      return late === null ? undefined : step.giveBack("duplicate")
    }
    // An order that was given up before its money came is refunded itself; any other keeps its state.
    const given = await step.onOrder("refund", (order, at) => Order.requestRefund(order, capture, at))
    if (given !== null) return step.giveBack("duplicate")
    return step.giveBack(paid === "too_late" ? "late" : "cancelled")
  },
})

/** The steps of one capture; each may be taken again and changes nothing then. */
function steps(
  deps: WriteDeps & { sales: LiveSales },
  cause: RecordedEvent,
  orderId: string,
  { paymentId, transactionId, amountFen }: Order.Capture,
) {
  const context = followingFrom(cause, NAME)
  const writing = (purpose: string) => write({ ...deps, newId: derivedIds(cause.id, `${NAME}/${purpose}`) })
  const now = () => toInstant(deps.clock.now())

  return {
    async isRightAmount(): Promise<boolean> {
      const { state } = await read(deps.store, Payment.streamOf(paymentId), payments)
      return state?.amountFen === amountFen
    },

    /** Null when the order took it, else why not. */
    async onOrder<Reason extends string>(
      purpose: string,
      decide: (order: Order.Order, at: string) => Decision<Order.Event, Reason>,
    ) {
      const written = await writing(purpose)(
        Order.streamOf(orderId),
        orders,
        (order) => decide(order, now()),
        context,
      )
      return written.ok ? null : written.reason
    },

    /** Whether the order has cups again. */
    async takeCupsAgain(): Promise<boolean> {
      const [, saleId = ""] = FlashSale.ORDER_ID.exec(orderId) ?? []
      const live = await deps.sales.get(saleId)
      if (!live) throw new Error(`order ${orderId} is of a sale that the log does not know`)
      const taken = await live.commit(
        { kind: "take_late", orderId, nowMs: deps.clock.now() },
        context,
        derivedIds(cause.id, `${NAME}/late`),
      )
      if (!taken.ok) throw new Error(`order ${orderId} is not known to its sale`)
      return live.sale.outcomes.get(FlashSale.lateRequestId(orderId))?.kind === "accepted"
    },

    async giveBack(reason: Payment.RefundReason): Promise<void> {
      const refund = { transactionId, refundId: derivedId(cause.id, "refund"), reason }
      const written = await writing("give-back")(
        Payment.streamOf(paymentId),
        payments,
        (payment) => Payment.requestRefund(payment, refund, now()),
        context,
      )
      if (!written.ok) throw new Error(`payment ${paymentId} does not know its capture ${transactionId}`)
    },
  }
}
