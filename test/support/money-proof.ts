import type { EventStore } from "../../src/commands/ports/event-store.ts"
import * as Order from "../../src/domain/order.ts"
import * as Payment from "../../src/domain/payment.ts"

export interface Money {
  readonly orders: ReadonlyMap<string, Order.Order>
  /** Transactions that the provider took, each with what became of it. */
  readonly captures: ReadonlyMap<string, "kept" | "given back" | "open">
}

/**
 * Folds every order and payment from the log and checks that no transaction is given back twice, that one which paid an
 * order is kept, and that any other is given back (I10).
 */
export async function proveMoney(store: EventStore): Promise<Money> {
  const orders = new Map<string, Order.Order>()
  const paidBy = new Set<string>()
  const captured = new Set<string>()
  const givenBack = new Set<string>()
  for await (const { stream, type, data } of store.readAll()) {
    if (stream.startsWith(Order.STREAM_PREFIX)) {
      const event = Order.parse(type, data)
      orders.set(stream, Order.evolve(orders.get(stream) ?? Order.initial, event))
      if (event.type === "OrderPaid") paidBy.add(event.data.transactionId)
    }
    if (!stream.startsWith(Payment.STREAM_PREFIX)) continue
    const event = Payment.parse(type, data)
    if (event.type === "PaymentCaptured") captured.add(event.data.transactionId)
    if (event.type !== "RefundSucceeded") continue
    const { transactionId } = event.data
    if (givenBack.has(transactionId)) throw new Error(`${transactionId} was given back twice`)
    if (paidBy.has(transactionId)) throw new Error(`${transactionId} paid an order and was given back`)
    givenBack.add(transactionId)
  }
  const captures = new Map<string, "kept" | "given back" | "open">()
  for (const id of captured)
    captures.set(id, paidBy.has(id) ? "kept" : givenBack.has(id) ? "given back" : "open")
  return { orders, captures }
}
