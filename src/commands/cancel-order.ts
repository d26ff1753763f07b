import * as Order from "../domain/order.ts"
import { toInstant } from "../domain/time.ts"
import type { Context } from "./context.ts"
import { type FindOrderDeps, findOrder, orders } from "./find-order.ts"
import { type WriteDeps, write } from "./write.ts"

export interface CancelOrder extends Order.Cancel {
  readonly orderId: string
  /** Only this user's order; absent for staff, who may cancel anybody's. */
  readonly ownerId?: string
}

/** Ends an order that is not paid; its cups come back by what follows from the event. */
export const cancelOrder =
  (deps: WriteDeps & FindOrderDeps) =>
  async ({ orderId, ownerId, by, requestId }: CancelOrder, context: Context) => {
    const order = await findOrder(deps)(orderId)
    if (!order || (ownerId !== undefined && order.details.userId !== ownerId))
      return { ok: false, reason: "not_found" } as const
    const at = toInstant(deps.clock.now())
    return write(deps)(
      Order.streamOf(orderId),
      orders,
      (current) => Order.cancel(current, { by, requestId }, at),
      context,
    )
  }
