import { cancelOrder } from "../../src/commands/cancel-order.ts"
import type { Context } from "../../src/commands/context.ts"
import { openPayment } from "../../src/commands/open-payment.ts"
import { EventStoreUnavailable } from "../../src/commands/ports/event-store.ts"
import type { RefundOrder } from "../../src/commands/ports/payment-gateway.ts"
import { recordNotification } from "../../src/commands/record-notification.ts"
import { createLiveSales } from "../../src/commands/sale/live-sales.ts"
import * as Order from "../../src/domain/order.ts"
import * as Payment from "../../src/domain/payment.ts"
import { cancelUnpaid } from "../../src/reactors/cancel-unpaid.ts"
import { finishRefunds } from "../../src/reactors/finish-refunds.ts"
import { placeOrders } from "../../src/reactors/place-orders.ts"
import { type Checkpoints, startReactor } from "../../src/reactors/reactor.ts"
import { refundPayments } from "../../src/reactors/refund-payments.ts"
import { releaseCups } from "../../src/reactors/release-cups.ts"
import { settleCaptures } from "../../src/reactors/settle-captures.ts"
import { startWork } from "../../src/reactors/work-loop.ts"
import type { MemoryLog } from "./memory-log.ts"
import type { World } from "./sale-world.ts"

const context: Context = { actor: "test", correlationId: "t", causationId: "t" }

/** What the provider was asked to give back, by refund id: asked again under one id, it gives once. */
export interface Provider {
  readonly refunds: Map<string, number>
  /** False: it refuses every refund. */
  works: boolean
}

export interface Worker {
  stop(): Promise<void>
  /** Whether the process died at the append that it was to die at. */
  died(): boolean
}

/** Dies at its n-th append: before the log has it, or after, with the answer lost. */
export interface Death {
  readonly atAppend: number
  readonly after: boolean
}

/** Offsets that survive the processes. */
export function memoryCheckpoints(): Checkpoints {
  const positions = new Map<string, bigint>()
  return {
    load: async (name) => positions.get(name) ?? null,
    save: async (name, position) => void positions.set(name, position),
  }
}

/** Every order as the log has it. */
export function ordersOf(log: MemoryLog): Map<string, Order.Order> {
  const orders = new Map<string, Order.Order>()
  for (const { stream, type, data } of log.all) {
    if (!stream.startsWith(Order.STREAM_PREFIX)) continue
    const id = stream.slice(Order.STREAM_PREFIX.length)
    orders.set(id, Order.evolve(orders.get(id) ?? Order.initial, Order.parse(type, data)))
  }
  return orders
}

function paymentsOf(log: MemoryLog): Map<string, NonNullable<Payment.Payment>> {
  const payments = new Map<string, NonNullable<Payment.Payment>>()
  for (const { stream, type, data } of log.all) {
    if (!stream.startsWith(Payment.STREAM_PREFIX)) continue
    payments.set(stream, Payment.evolve(payments.get(stream) ?? null, Payment.parse(type, data))!)
  }
  return payments
}

function retryAtMs(log: MemoryLog, refundId: string): number {
  const failures = log.all.flatMap(({ type, data }) =>
    type === "RefundFailed" ? [Payment.schemas.RefundFailed.parse(data)] : [],
  )
  return Date.parse(
    failures.findLast((failed) => failed.refundId === refundId)?.retryAt ?? "1970-01-01T00:00:00Z",
  )
}

/** A process with every worker of orders and payments, that may die at an append. */
export async function startWorker(
  world: World,
  checkpoints: Checkpoints,
  provider: Provider,
  death?: Death,
): Promise<Worker> {
  let appends = 0
  let dead = false
  const living =
    <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      if (dead) throw new EventStoreUnavailable("this process is dead")
      return call(...args)
    }
  const append = living<Parameters<MemoryLog["append"]>, Awaited<ReturnType<MemoryLog["append"]>>>(
    async (...args) => {
      if (++appends !== death?.atAppend) return world.log.append(...args)
      dead = true
      if (death.after) await world.log.append(...args)
      throw new EventStoreUnavailable("the process dies here")
    },
  )
  const { deps } = await world.process({ store: { append } })
  const { store, clock, newId } = deps
  const sales = createLiveSales(deps)
  const writing = { store, clock, newId }
  const onFailure = () => {}
  const alive: Checkpoints = { load: living(checkpoints.load), save: living(checkpoints.save) }
  const gateway = {
    provider: "test",
    verify: () => null,
    refund: living(async ({ refundId, amountFen }: RefundOrder) => {
      if (!provider.works) throw new Error("the provider is down")
      provider.refunds.set(refundId, amountFen)
    }),
  }
  const dueOrders = async (nowMs: number) =>
    [...ordersOf(world.log)].flatMap(([id, order]) =>
      order.status === "pending_payment" && order.payByMs <= nowMs ? [{ id, payByMs: order.payByMs }] : [],
    )
  const dueRefunds = async (nowMs: number) =>
    [...paymentsOf(world.log).values()].flatMap(({ paymentId, refunds }) =>
      [...refunds].flatMap(([transactionId, refund]) =>
        refund.status === "requested" && retryAtMs(world.log, refund.refundId) <= nowMs
          ? [{ ...refund, paymentId, transactionId }]
          : [],
      ),
    )
  const parts = [
    ...[
      placeOrders(deps),
      releaseCups({ sales, clock }),
      settleCaptures({ ...writing, sales }),
      finishRefunds(writing),
    ].map((reactor) => startReactor({ store, checkpoints: alive, clock, onFailure }, reactor)),
    startWork({ clock, onFailure }, "cancel", cancelUnpaid({ ...writing, dueOrders })),
    startWork({ clock, onFailure }, "refund", refundPayments({ ...writing, gateway, dueRefunds, onFailure })),
  ]
  return {
    died: () => dead,
    async stop() {
      dead = true
      await Promise.all(parts.map((part) => part.stop()))
    },
  }
}

/** Buyers' and the provider's side, from a process that never dies. */
export async function actors(world: World) {
  const buyer = await world.process()
  const sales = createLiveSales(buyer.deps)
  const deps = { ...buyer.deps, sales }
  let payments = 0
  return {
    buy: buyer.buy,
    async pay(orderId: string, userId: string): Promise<string> {
      const paymentId = `payment-of-${orderId}-${++payments}`
      const command = { paymentId, orderId, userId, method: "test", payloadHash: "h" }
      const opened = await openPayment(deps)(command, context)
      if (!opened.ok) throw new Error(opened.reason)
      return paymentId
    },
    /** The provider tells that it took money. */
    captured: (paymentId: string, n: number, amountFen = 990) =>
      recordNotification(deps)(
        {
          paymentId,
          notification: {
            kind: "captured",
            notificationId: `${paymentId}/${n}`,
            transactionId: `${paymentId}/${n}`,
            amountFen,
          },
        },
        context,
      ),
    cancel: (orderId: string, userId: string) =>
      cancelOrder(deps)({ orderId, ownerId: userId, by: "user", requestId: `${userId}:cancel` }, context),
  }
}
