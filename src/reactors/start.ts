import type { PaymentGateway } from "../commands/ports/payment-gateway.ts"
import type { LiveSales } from "../commands/sale/live-sales.ts"
import type { WriteDeps } from "../commands/write.ts"
import { type CancelUnpaidDeps, cancelUnpaid } from "./cancel-unpaid.ts"
import type { Elect, Workers } from "./elected.ts"
import { finishRefunds } from "./finish-refunds.ts"
import { placeOrders } from "./place-orders.ts"
import { type Checkpoints, type Reactor, startReactor } from "./reactor.ts"
import { type RefundDeps, refundPayments } from "./refund-payments.ts"
import { releaseCups } from "./release-cups.ts"
import { settleCaptures } from "./settle-captures.ts"
import { startWork } from "./work-loop.ts"

export interface WorkersDeps extends WriteDeps {
  readonly sales: LiveSales
  readonly gateway: PaymentGateway
  readonly elect: Elect
  readonly checkpoints: Checkpoints
  readonly dueOrders: CancelUnpaidDeps["dueOrders"]
  readonly dueRefunds: RefundDeps["dueRefunds"]
  /** Told of each failure, before the retry. */
  readonly onFailure: (name: string, cause: unknown) => void
}

/** Every policy that follows the log. */
export const policies = (deps: WorkersDeps): readonly Reactor[] => [
  placeOrders(deps),
  releaseCups(deps),
  settleCaptures(deps),
  finishRefunds(deps),
]

export function startReactors(deps: WorkersDeps): Workers {
  return together(policies(deps).map((each) => deps.elect(each.name, () => startReactor(deps, each))))
}

/** What becomes due: unpaid orders and refunds. */
export function startTimers(deps: WorkersDeps): Workers {
  const sweeps = {
    "cancel-unpaid": cancelUnpaid(deps),
    "refund-payments": refundPayments(deps),
  }
  return together(
    Object.entries(sweeps).map(([name, sweep]) => deps.elect(name, () => startWork(deps, name, sweep))),
  )
}

/** Several as one. */
export const together = (parts: readonly Workers[]): Workers => ({
  stop: async () => void (await Promise.all(parts.map((part) => part.stop()))),
})
