import type { PaymentGateway } from "../commands/ports/payment-gateway.ts"
import { payments } from "../commands/record-notification.ts"
import { read, type WriteDeps, write } from "../commands/write.ts"
import * as Payment from "../domain/payment.ts"
import { sideBySide } from "./work-loop.ts"

const NAME = "refund-payments"
const PAGE = 100
const AT_ONCE = 8

/** A refund that was asked for and not made yet, as the read model has it. */
export interface DueRefund {
  readonly refundId: string
  readonly paymentId: string
  readonly transactionId: string
  readonly amountFen: number
}

export interface RefundDeps extends WriteDeps {
  readonly gateway: PaymentGateway
  /** Refunds that are to be tried at `nowMs`; at most `limit`. */
  readonly dueRefunds: (nowMs: number, limit: number) => Promise<readonly DueRefund[]>
  readonly onFailure: (name: string, cause: unknown) => void
}

/**
 * Gives money back: the event asked for it first, the provider makes a refund of one id once, and what came of it is an
 * event again. A crash in between asks the provider a second time under the same id.
 */
export const refundPayments = (deps: RefundDeps) => async (): Promise<void> =>
  sideBySide(await deps.dueRefunds(deps.clock.now(), PAGE), AT_ONCE, (refund) => tryRefund(deps, refund))

async function tryRefund(deps: RefundDeps, refund: DueRefund): Promise<void> {
  const { refundId, paymentId, transactionId } = refund
  const context = { actor: `system:${NAME}`, correlationId: refundId, causationId: refundId }
  // The row may lag the stream: only what the stream still wants is asked of the provider.
  const { state } = await read(deps.store, Payment.streamOf(paymentId), payments)
  if (state?.refunds.get(transactionId)?.status !== "requested") return
  const ok = await deps.gateway.refund(refund).then(
    () => true,
    (cause) => {
      deps.onFailure(NAME, cause)
      return false
    },
  )
  await write(deps)(
    Payment.streamOf(paymentId),
    payments,
    (payment) => Payment.refundTried(payment, transactionId, ok, deps.clock.now()),
    context,
  )
}
