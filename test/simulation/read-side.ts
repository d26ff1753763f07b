import { DatabaseUnavailable } from "../../src/commands/ports/database.ts"
import type { RecordedEvent } from "../../src/domain/event.ts"
import * as Order from "../../src/domain/order.ts"
import * as Payment from "../../src/domain/payment.ts"
import type { DueOrder } from "../../src/reactors/cancel-unpaid.ts"
import type { Checkpoints } from "../../src/reactors/reactor.ts"
import type { DueRefund } from "../../src/reactors/refund-payments.ts"
import type { WorkersDeps } from "../../src/reactors/start.ts"
import type { Owner } from "./timeline.ts"
import type { Wire } from "./wire.ts"

const TIMEOUT_MS = 300

export interface ReadSide {
  /** What the workers of a process read and keep in the database. */
  of(owner: Owner): Pick<WorkersDeps, "dueOrders" | "dueRefunds" | "checkpoints">
  /** Shows an event to whoever asks from now on. */
  project(event: RecordedEvent): void
}

/** The rows that tell the workers where to look, and the reactors' checkpoints: in memory, behind the wire. */
export function createReadSide(wire: Wire): ReadSide {
  const unpaid = new Map<string, DueOrder>()
  const refunds = new Map<string, DueRefund & { retryAtMs: number }>()
  const positions = new Map<string, bigint>()

  return {
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
    of(owner) {
      const ask = <Reply>(name: string, perform: () => Reply, detail?: () => string) =>
        wire<Reply>(owner, {
          name,
          ...(detail ? { detail } : {}),
          perform,
          timeoutMs: TIMEOUT_MS,
          unanswered() {
            throw new DatabaseUnavailable("no answer in time")
          },
        })
      const checkpoints: Checkpoints = {
        load: (name) =>
          ask(
            "checkpoint.load",
            () => positions.get(name) ?? null,
            () => name,
          ),
        save: (name, position) =>
          ask(
            "checkpoint.save",
            () => void positions.set(name, position),
            () => `${name} ${position}`,
          ),
      }
      return {
        checkpoints,
        dueOrders: (nowMs, limit) =>
          ask("rows.due orders", () =>
            [...unpaid.values()].filter(({ payByMs }) => payByMs <= nowMs).slice(0, limit),
          ),
        dueRefunds: (nowMs, limit) =>
          ask("rows.due refunds", () =>
            [...refunds.values()].filter(({ retryAtMs }) => retryAtMs <= nowMs).slice(0, limit),
          ),
      }
    },
  }
}
