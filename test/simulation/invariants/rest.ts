import type { RecordedEvent } from "../../../src/domain/event.ts"
import * as Order from "../../../src/domain/order.ts"
import * as Payment from "../../../src/domain/payment.ts"
import type { LoadedGate } from "../../../src/infra/in-process-gate/state.ts"
import type { Provider } from "../provider.ts"
import type { Ledger } from "./ledger.ts"
import { Violation } from "./violation.ts"

interface Rest {
  readonly events: readonly RecordedEvent[]
  readonly ledger: Ledger
  readonly gate: LoadedGate | null
  /** A sale that is over needs no gate. */
  readonly over: boolean
  readonly provider: Provider
  /** Milliseconds since the epoch. */
  readonly nowMs: number
}

/** What is not yet as it must be once nothing happens any more; null when all of it is. */
export const unsettled = (rest: Rest): Violation | null =>
  gateAtRest(rest) ?? ordersAtRest(rest) ?? moneyAtRest(rest)

function gateAtRest({ gate, over, ledger }: Rest): Violation | null {
  if (over) return null
  if (!gate) return new Violation("settles", "the gate is not loaded")
  if (gate.permits.size > 0) return new Violation("settles", `${[...gate.permits.keys()]} pending at rest`)
  if (gate.rev === ledger.head()) return null
  return new Violation("settles", `the gate is at ${gate.rev}, the log at ${ledger.head()}`)
}

function ordersAtRest({ events, ledger, nowMs }: Rest): Violation | null {
  const orders = ordersOf(events)
  for (const event of ledger.decided.values())
    if (event.type === "StockReserved" && !orders.has(event.data.orderId))
      return new Violation("settles", `${event.data.orderId} has no order`)
  for (const [id, order] of orders) {
    if (order.status === "none") continue
    if (ledger.decided.get(order.requestId)?.type !== "StockReserved" || !id.endsWith(order.details.orderId))
      return new Violation("one order a reservation", `${id} comes of no reservation of its own`)
    if (order.status === "pending_payment")
      return new Violation("settles", `${id} still waits, ${nowMs - order.payByMs} ms after its time`)
    if (order.status === "refunding") return new Violation("I10 money", `${id} waits for its refund`)
    const holds = ledger.holding.get(id) ?? 0
    const should = order.status === "paid" ? order.details.quantity : 0
    if (holds !== should)
      return new Violation("I3 released with its order", `${id} is ${order.status} and holds ${holds} cups`)
  }
  return null
}

/** Every order by its id. */
export function ordersOf(events: readonly RecordedEvent[]): Map<string, Order.Order> {
  const orders = new Map<string, Order.Order>()
  for (const { stream, type, data } of events) {
    if (!stream.startsWith(Order.STREAM_PREFIX)) continue
    const id = stream.slice(Order.STREAM_PREFIX.length)
    orders.set(id, Order.evolve(orders.get(id) ?? Order.initial, Order.parse(type, data)))
  }
  return orders
}

/** I10: each capture pays its order or is given back, once; the log and the provider agree on it. */
function moneyAtRest({ events, provider }: Rest): Violation | null {
  const money = (detail: string) => new Violation("I10 money", detail)
  const recorded = new Set<string>()
  const kept = new Set<string>()
  for (const { stream, type, data } of events) {
    const transaction = (data as { transactionId?: string }).transactionId ?? ""
    if (type === "PaymentCaptured" && stream.startsWith(Payment.STREAM_PREFIX)) recorded.add(transaction)
    if (type === "OrderPaid" && kept.has(transaction)) return money(`${transaction} pays twice`)
    if (type === "OrderPaid") kept.add(transaction)
  }
  const given = new Set<string>()
  for (const { transactionId, amountFen } of provider.given.values()) {
    if (given.has(transactionId)) return money(`${transactionId} was given back twice`)
    if (kept.has(transactionId)) return money(`${transactionId} paid an order and was given back`)
    if (provider.taken.get(transactionId)?.amountFen !== amountFen)
      return money(`${amountFen} given back for ${transactionId}`)
    given.add(transactionId)
  }
  for (const transaction of provider.taken.keys()) {
    if (!recorded.has(transaction)) return money(`${transaction} was never recorded`)
    if (!kept.has(transaction) && !given.has(transaction))
      return money(`${transaction} is neither kept nor given back`)
  }
  return null
}
