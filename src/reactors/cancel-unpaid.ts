import { orders } from "../commands/find-order.ts"
import { type WriteDeps, write } from "../commands/write.ts"
import * as Order from "../domain/order.ts"
import { toInstant } from "../domain/time.ts"
import { derivedIds } from "./derived-ids.ts"
import { sideBySide } from "./work-loop.ts"

const NAME = "cancel-unpaid"
const PAGE = 500
/** Each reads its stream and appends to it. */
const AT_ONCE = 50

/** An order that nobody has paid in time, as the read model has it. */
export interface DueOrder {
  readonly id: string
  readonly payByMs: number
}

export interface CancelUnpaidDeps extends WriteDeps {
  /** Orders whose time is up at `nowMs`, in the order of their time, after `last`; at most `limit`. */
  readonly dueOrders: (nowMs: number, limit: number, last: DueOrder | null) => Promise<readonly DueOrder[]>
}

/** The timer: ends every order whose time to pay is up. The rows only say where to look; each stream decides. */
export const cancelUnpaid =
  (deps: CancelUnpaidDeps) =>
  async (signal: AbortSignal): Promise<void> => {
    const nowMs = deps.clock.now()
    let last: DueOrder | null = null
    do {
      const due: readonly DueOrder[] = await deps.dueOrders(nowMs, PAGE, last)
      await sideBySide(due, AT_ONCE, (order) => timeOut(deps, order.id))
      last = due.length < PAGE ? null : due.at(-1)!
    } while (last && !signal.aborted)
  }

async function timeOut(deps: WriteDeps, orderId: string): Promise<void> {
  const context = { actor: `system:${NAME}`, correlationId: orderId, causationId: orderId }
  await write({ ...deps, newId: derivedIds(orderId, NAME) })(
    Order.streamOf(orderId),
    orders,
    (order) => Order.timeOut(order, deps.clock.now(), toInstant(deps.clock.now())),
    context,
  )
}
