import * as Payment from "../domain/payment.ts"
import { toInstant } from "../domain/time.ts"
import type { Context } from "./context.ts"
import { create } from "./create.ts"
import { type FindOrderDeps, findOrder } from "./find-order.ts"
import type { WriteDeps } from "./write.ts"

export interface OpenPayment {
  readonly paymentId: string
  readonly orderId: string
  readonly userId: string
  readonly method: string
  readonly payloadHash: string
}

/** Opens a payment of an order that waits for one; a repeated request is answered as at first. */
export const openPayment =
  (deps: WriteDeps & FindOrderDeps) =>
  async ({ paymentId, orderId, userId, method, payloadHash }: OpenPayment, context: Context) => {
    const order = await findOrder(deps)(orderId)
    if (order?.details.userId !== userId) return { ok: false, reason: "not_found" } as const
    if (order.status !== "pending_payment" && !(await isOpened(deps, paymentId)))
      return { ok: false, reason: "invalid_state" } as const
    const at = toInstant(deps.clock.now())
    const data = { paymentId, orderId, userId, method, amountFen: order.amountFen, at }
    const created = await create(deps)(
      Payment.streamOf(paymentId),
      { type: "PaymentOpened", data },
      context,
      payloadHash,
    )
    if (!created.ok) return created
    const payment = Payment.schemas.PaymentOpened.parse(created.data)
    return { ok: true, payment, position: created.position } as const
  }

/** A repeated request is answered as at first, whatever became of the order since. */
async function isOpened({ store }: WriteDeps, paymentId: string): Promise<boolean> {
  for await (const _ of store.readStream(Payment.streamOf(paymentId), { limit: 1 })) return true
  return false
}
