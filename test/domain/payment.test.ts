import { describe, expect, it } from "vitest"
import * as Payment from "../../src/domain/payment.ts"
import { specification } from "../support/decider.ts"

const given = specification<Payment.Payment, Payment.Event>(Payment.initial, Payment.evolve)

const AT = "2026-06-01T08:05:00.000Z"
const of = { paymentId: "p1", orderId: "sale-7", at: AT }
const opened: Payment.Event = {
  type: "PaymentOpened",
  data: { ...of, userId: "ann", method: "simulator", amountFen: 1_980 },
}
const captured = (n = 1, amountFen = 1_980): Payment.Event => ({
  type: "PaymentCaptured",
  data: { ...of, transactionId: `t${n}`, notificationId: `n${n}`, amountFen },
})
const refund = { ...of, refundId: "r1", transactionId: "t1", amountFen: 1_980 }
const requested: Payment.Event = { type: "RefundRequested", data: { ...refund, reason: "duplicate" } }

describe("a notification", () => {
  const notified = (notification: Payment.Notification) => (payment: Payment.Payment) =>
    Payment.notified(payment, notification, AT)
  const capture = (n: number, amountFen = 1_980): Payment.Notification => ({
    kind: "captured",
    notificationId: `n${n}`,
    transactionId: `t${n}`,
    amountFen,
  })

  it("is recorded with the amount that was taken, right or wrong", () => {
    given(opened)
      .when(notified(capture(1)))
      .then(captured())
    given(opened)
      .when(notified(capture(1, 1)))
      .then(captured(1, 1))
  })
  it("is recorded once, by its own id and by its transaction's", () => {
    given(opened, captured())
      .when(notified(capture(1)))
      .then()
    given(opened, captured())
      .when(notified({ ...capture(1), notificationId: "told-again" }))
      .then()
  })
  it("of a second transaction is money again", () =>
    given(opened, captured())
      .when(notified(capture(2)))
      .then(captured(2)))
  it("of a failure is recorded", () =>
    given(opened)
      .when(notified({ kind: "failed", notificationId: "n9" }))
      .then({ type: "PaymentFailed", data: { ...of, notificationId: "n9" } }))
  it("of a payment that nobody opened changes nothing", () =>
    given()
      .when(notified(capture(1)))
      .refuses("not_found"))
})

describe("a refund", () => {
  const request = (payment: Payment.Payment) =>
    Payment.requestRefund(payment, { transactionId: "t1", refundId: "r1", reason: "duplicate" }, AT)
  const tried = (ok: boolean) => (payment: Payment.Payment) =>
    Payment.refundTried(payment, "t1", ok, Date.parse(AT))

  it("is asked for once, for what was taken", () => given(opened, captured()).when(request).then(requested))
  it("is not asked for what was never taken", () => given(opened).when(request).refuses("not_found"))
  it("that the provider made is done", () =>
    given(opened, captured(), requested).when(tried(true)).then({ type: "RefundSucceeded", data: refund }))
  it("that failed is tried again later, each time later, until it is parked", () => {
    let payment = [opened, captured(), requested].reduce(Payment.evolve, Payment.initial)
    const retries: (string | null)[] = []
    for (let attempt = 1; attempt <= Payment.REFUND_ATTEMPTS_MAX; attempt++) {
      const decision = tried(false)(payment)
      if (!decision.ok || decision.events[0]?.type !== "RefundFailed") throw new Error("not tried")
      const { data } = decision.events[0]
      expect(data.attempt).toBe(attempt)
      retries.push(data.retryAt)
      payment = Payment.evolve(payment, decision.events[0])
    }
    expect(retries.slice(0, 3)).toEqual([
      "2026-06-01T08:05:01.000Z",
      "2026-06-01T08:05:02.000Z",
      "2026-06-01T08:05:04.000Z",
    ])
    expect(retries.at(-1)).toBeNull()
    expect(tried(true)(payment)).toEqual({ ok: true, events: [] })
  })
})
