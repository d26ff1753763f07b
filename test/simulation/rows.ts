import type { RecordedEvent } from "../../src/domain/event.ts"
import * as Order from "../../src/domain/order.ts"
import * as Payment from "../../src/domain/payment.ts"
import type { Db } from "../../src/projections/database.ts"
import type { DueOrder } from "../../src/reactors/cancel-unpaid.ts"
import type { Checkpoints } from "../../src/reactors/reactor.ts"
import type { DueRefund } from "../../src/reactors/refund-payments.ts"
import type { WorkersDeps } from "../../src/reactors/start.ts"

/** What the workers read and keep in the database. */
export interface Rows extends Pick<WorkersDeps, "dueOrders" | "dueRefunds"> {
  readonly checkpoints: Checkpoints
  /** Shows an event to whoever asks from now on; nothing where a projector does it. */
  project(event: RecordedEvent): void
  /** Where the projector writes; null where there is none. */
  readonly db: Db | null
}

/** In memory, for most seeds: only what tells the timer and the refunds where to look. */
export function memoryRows(): Rows {
  const unpaid = new Map<string, DueOrder>()
  const refunds = new Map<string, DueRefund & { retryAtMs: number }>()
  const positions = new Map<string, bigint>()

  return {
    db: null,
    checkpoints: {
      load: async (name) => positions.get(name) ?? null,
      save: async (name, position) => void positions.set(name, position),
    },
    dueOrders: async (nowMs, limit) =>
      [...unpaid.values()].filter(({ payByMs }) => payByMs <= nowMs).slice(0, limit),
    dueRefunds: async (nowMs, limit) =>
      [...refunds.values()].filter(({ retryAtMs }) => retryAtMs <= nowMs).slice(0, limit),
    project({ stream, type, data }) {
      if (stream.startsWith(Order.STREAM_PREFIX)) {
        const event = Order.parse(type, data)
        const { orderId: id } = event.data
        if (event.type === "OrderPlaced") unpaid.set(id, { id, payByMs: Date.parse(event.data.payBy) })
        else unpaid.delete(id)
      } else if (stream.startsWith(Payment.STREAM_PREFIX)) {
        const { type: kind, data: of } = Payment.parse(type, data)
        if (kind === "RefundRequested") refunds.set(of.refundId, { ...of, retryAtMs: 0 })
        else if (kind === "RefundSucceeded") refunds.delete(of.refundId)
        else if (kind === "RefundFailed" && of.retryAt)
          refunds.set(of.refundId, { ...of, retryAtMs: Date.parse(of.retryAt) })
      }
    },
  }
}
