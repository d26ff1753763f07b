import * as FlashSale from "../../src/domain/flash-sale.ts"
import * as Order from "../../src/domain/order.ts"
import * as Payment from "../../src/domain/payment.ts"
import { START_MS } from "./scenario.ts"

/** An event and the stream that it goes to. */
export interface Told {
  readonly stream: string
  readonly event: { readonly type: string; readonly data: object }
}

const iso = (ms: number) => new Date(ms).toISOString()
const UNIT_FEN = 990
export const PAY_BY_MS = START_MS + 900_000

/** Everything that can happen to an order, its cups and its payments, as events of their streams. */
export function lifeOf(saleId: string, revision: number, userId: string, quantity = 1) {
  const orderId = FlashSale.orderIdAt(saleId, revision)
  const amountFen = UNIT_FEN * quantity
  const details = { orderId, saleId, userId, quantity }
  const requestId = `${userId}:k${revision}`
  const at = iso(START_MS + 1_000 * revision)
  const money = (n: number) => ({ paymentId: `pay-${orderId}-${n}`, transactionId: `t-${n}`, amountFen })

  const onSale = (event: FlashSale.Event): Told => ({ stream: FlashSale.streamOf(saleId), event })
  const onOrder = (event: Order.Event): Told => ({ stream: Order.streamOf(orderId), event })
  const onPayment = (n: number, event: Payment.Event): Told => ({
    stream: Payment.streamOf(money(n).paymentId),
    event,
  })
  const taken = (by: string): Told =>
    onSale({
      type: "StockReserved",
      data: {
        requestId: by,
        userId,
        quantity,
        payloadHash: "h",
        orderId,
        unitPriceFen: UNIT_FEN,
        amountFen,
        reservedAt: at,
        payBy: iso(PAY_BY_MS + revision),
      },
    })
  const refundOf = (n: number) => ({ ...money(n), orderId, refundId: `refund-${orderId}-${n}`, at })

  return {
    orderId,
    amountFen,
    paymentId: (n = 1) => money(n).paymentId,
    refundId: (n = 1) => refundOf(n).refundId,
    reserved: () => taken(requestId),
    takenAgain: () => taken(FlashSale.lateRequestId(orderId)),
    notTakenAgain: () =>
      onSale({
        type: "PermitRefused",
        data: {
          ...{ requestId: FlashSale.lateRequestId(orderId), userId, quantity, payloadHash: "h" },
          reason: "sold_out",
        },
      }),
    released: () =>
      onSale({ type: "ReservationReleased", data: { orderId, requestId, userId, quantity, at } }),
    placed: () =>
      onOrder({
        type: "OrderPlaced",
        data: { ...details, requestId, amountFen, payBy: iso(PAY_BY_MS + revision), at },
      }),
    paid: (n = 1, late = false) =>
      onOrder({ type: "OrderPaid", data: { ...details, ...money(n), late, at } }),
    cancelled: (reason: Order.CancelReason) =>
      onOrder({ type: "OrderCancelled", data: { ...details, reason, at } }),
    refunding: (n = 1) => onOrder({ type: "RefundRequested", data: { ...details, ...money(n), at } }),
    refunded: (n = 1) => onOrder({ type: "OrderRefunded", data: { ...details, ...money(n), at } }),
    opened: (n = 1) =>
      onPayment(n, {
        type: "PaymentOpened",
        data: { paymentId: money(n).paymentId, orderId, userId, method: "simulator", amountFen, at },
      }),
    captured: (n = 1, times = 1) =>
      onPayment(n, {
        type: "PaymentCaptured",
        data: {
          ...money(n),
          orderId,
          transactionId: `t-${n}-${times}`,
          notificationId: `n-${n}-${times}`,
          at,
        },
      }),
    failed: (n = 1) =>
      onPayment(n, {
        type: "PaymentFailed",
        data: { paymentId: money(n).paymentId, orderId, notificationId: `f-${n}`, at },
      }),
    refundRequested: (n = 1, reason: Payment.RefundReason = "late") =>
      onPayment(n, { type: "RefundRequested", data: { ...refundOf(n), reason } }),
    refundFailed: (n: number, attempt: number, retryAtMs: number | null) =>
      onPayment(n, {
        type: "RefundFailed",
        data: { ...refundOf(n), attempt, retryAt: retryAtMs === null ? null : iso(retryAtMs) },
      }),
    refundSucceeded: (n = 1) => onPayment(n, { type: "RefundSucceeded", data: refundOf(n) }),
  }
}
export type Life = ReturnType<typeof lifeOf>
