import { describe, expect, it } from "vitest"
import * as Order from "../../src/domain/order.ts"
import { specification } from "../support/decider.ts"

const given = specification<Order.Order, Order.Event>(Order.initial, Order.evolve)

const PAY_BY = "2026-06-01T08:15:00.000Z"
const AT = "2026-06-01T08:20:00.000Z"
const details = { orderId: "sale-7", saleId: "sale", userId: "ann", quantity: 2 }
const first = { paymentId: "p1", transactionId: "t1", amountFen: 1_980 }
const second = { paymentId: "p2", transactionId: "t2", amountFen: 1_980 }

const placed: Order.Event = {
  type: "OrderPlaced",
  data: { ...details, requestId: "ann:k1", amountFen: 1_980, payBy: PAY_BY, at: "2026-06-01T08:00:00.000Z" },
}
const paid = (by = first, late = false): Order.Event => ({
  type: "OrderPaid",
  data: { ...details, ...by, late, at: AT },
})
const timedOut: Order.Event = { type: "OrderCancelled", data: { ...details, reason: "timeout", at: AT } }
const cancelledBy = (by: "user" | "staff", requestId = "ann:c1"): Order.Event => ({
  type: "OrderCancelled",
  data: { ...details, reason: by, requestId, at: AT },
})
const refunding: Order.Event = { type: "RefundRequested", data: { ...details, ...first, at: AT } }
const refunded: Order.Event = { type: "OrderRefunded", data: { ...details, ...first, at: AT } }

describe("cancelling", () => {
  const cancel = (order: Order.Order) => Order.cancel(order, { by: "user", requestId: "ann:c1" }, AT)

  it("ends an order that is not paid", () => given(placed).when(cancel).then(cancelledBy("user")))
  it("changes nothing once it is cancelled, by whomever", () => {
    given(placed, timedOut).when(cancel).then()
    given(placed, cancelledBy("staff", "boss:c9")).when(cancel).then()
  })
  it("refuses a paid order", () => given(placed, paid()).when(cancel).refuses("invalid_state"))
  it("answers its own request again, also after the order was refunded", () => {
    given(placed, cancelledBy("user"), refunding).when(cancel).then()
    given(placed, cancelledBy("user"), refunding, refunded).when(cancel).then()
    given(placed, timedOut, refunding).when(cancel).refuses("invalid_state")
  })
  it("knows no order that was never placed", () => given().when(cancel).refuses("not_found"))
})

describe("the time to pay", () => {
  const at = (ms: number) => (order: Order.Order) => Order.timeOut(order, Date.parse(PAY_BY) + ms, AT)

  it("ends the order when it is up", () => given(placed).when(at(0)).then(timedOut))
  it("is not up before", () => given(placed).when(at(-1)).then())
  it("means nothing to an order that is paid or ended", () => {
    given(placed, paid()).when(at(0)).then()
    given(placed, cancelledBy("user")).when(at(0)).then()
    given().when(at(0)).then()
  })
})

describe("a payment", () => {
  const pay = (capture: Order.Capture) => (order: Order.Order) => Order.pay(order, capture, AT)

  it("pays an order that waits for it, also after its time, as long as nobody ended it", () =>
    given(placed).when(pay(first)).then(paid()))
  it("is unwanted when the order is paid already", () =>
    given(placed, paid()).when(pay(second)).refuses("unwanted"))
  it("is too late after the timeout, and unwanted after a cancellation", () => {
    given(placed, timedOut).when(pay(first)).refuses("too_late")
    given(placed, cancelledBy("user")).when(pay(first)).refuses("unwanted")
  })
  it("whose refund was begun is carried on, not taken for done", () => {
    given(placed, timedOut, refunding).when(pay(first)).refuses("too_late")
    given(placed, timedOut, refunding, refunded).when(pay(first)).refuses("too_late")
  })
  it("of an order that was never placed is a bug", () => {
    expect(() => Order.pay(Order.initial, first, AT)).toThrow()
  })
})

describe("a late payment", () => {
  const payLate = (capture: Order.Capture) => (order: Order.Order) => Order.payLate(order, capture, AT)
  const refund = (capture: Order.Capture) => (order: Order.Order) => Order.requestRefund(order, capture, AT)

  it("pays the order whose cups were taken again", () =>
    given(placed, timedOut).when(payLate(first)).then(paid(first, true)))
  it("is unwanted when another one has paid it so", () =>
    given(placed, timedOut, paid(first, true)).when(payLate(second)).refuses("unwanted"))
  it("is given back when there are none, once", () =>
    given(placed, timedOut).when(refund(first)).then(refunding))
  it("leaves alone an order that another payment has paid, or is given back for", () => {
    given(placed, timedOut, paid(first, true)).when(refund(second)).refuses("unwanted")
    given(placed, timedOut, refunding).when(refund(second)).refuses("unwanted")
  })
})

describe("a refund that is made", () => {
  const made = (capture: Order.Capture) => (order: Order.Order) => Order.refunded(order, capture, AT)

  it("ends the order it was for", () => given(placed, timedOut, refunding).when(made(first)).then(refunded))
  it("leaves alone an order that another payment has paid", () =>
    given(placed, paid()).when(made(second)).then())
})
