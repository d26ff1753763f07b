import type { CancelReason } from "../domain/order.ts"
import type { NotificationRow } from "../projections/database.ts"

interface About {
  readonly userId: string
  readonly orderId: string
  readonly at: string
}

/** What can happen to an order that its user may be told of; events and messages of these names both fit. */
export type Happened =
  | { readonly type: "OrderPaid"; readonly data: About }
  | { readonly type: "OrderCancelled"; readonly data: About & { readonly reason: CancelReason } }

/** What a user is told of it; null when it is nothing. `id` is the event's, so that nothing is told twice. */
export function notificationOf(id: string, { type, data }: Happened): NotificationRow | null {
  // Whoever cancels an order knows of it.
  if (type === "OrderCancelled" && data.reason !== "timeout") return null
  const { userId, orderId, at } = data
  const told = type === "OrderPaid" ? "order_paid" : "order_timed_out"
  return { id, user_id: userId, type: told, order_id: orderId, created_at_ms: Date.parse(at) }
}

/** Names of the events that users may be told of. */
export const notifyingTypes = ["OrderPaid", "OrderCancelled"] as const satisfies Happened["type"][]

export const isNotifying = <Event extends { readonly type: string }>(
  event: Event,
): event is Extract<Event, { type: Happened["type"] }> =>
  (notifyingTypes as readonly string[]).includes(event.type)
