import { unreachable } from "../domain/decision.ts"
import type { RecordedEvent } from "../domain/event.ts"
import * as Order from "../domain/order.ts"
import type { Db, NotificationRow, NotificationType } from "../projections/database.ts"
import { type Follower, type FollowerDeps, inTransaction, startFollower } from "../projections/follower.ts"
import * as notifications from "../projections/notifications.ts"

/** Of the durable offset; a stored name is never changed. */
export const NOTIFY_USERS = "notify-users"

const limits = { max: 100, lingerMs: 20 }

export type NotifyUsersDeps = Pick<FollowerDeps, "store" | "clock" | "onPassed" | "onFailure"> & {
  readonly db: Db
}

/** Tells users that their order was paid or timed out: once an event, though the event may come again. */
export const startNotifyUsers = ({ db, ...deps }: NotifyUsersDeps): Follower =>
  startFollower({
    ...deps,
    ...inTransaction(db, NOTIFY_USERS, (tx, events) =>
      notifications.add(
        tx,
        events.flatMap((event) => notificationOf(event) ?? []),
      ),
    ),
    filter: { eventTypes: ["OrderPaid", "OrderCancelled"] },
    limits,
  })

/** What a user is told of an event in an order's stream; null when it is nothing. */
function notificationOf({ id, type, data }: RecordedEvent): NotificationRow | null {
  const event = Order.parse(type, data)
  const told = typeOf(event)
  if (!told) return null
  const { userId, orderId, at } = event.data
  return { id, user_id: userId, type: told, order_id: orderId, created_at_ms: Date.parse(at) }
}

function typeOf({ type, data }: Order.Event): NotificationType | null {
  switch (type) {
    case "OrderPaid":
      return "order_paid"
    case "OrderCancelled":
      // Whoever cancels an order knows of it.
      return data.reason === "timeout" ? "order_timed_out" : null
    case "OrderPlaced":
    case "RefundRequested":
    case "OrderRefunded":
      return null
    default:
      return unreachable(type)
  }
}
