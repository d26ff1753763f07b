import type { RecordedEvent } from "../domain/event.ts"
import * as Order from "../domain/order.ts"
import type { Db, NotificationRow } from "../projections/database.ts"
import { type Follower, type FollowerDeps, inTransaction, startFollower } from "../projections/follower.ts"
import type { Tell } from "./channels.ts"
import { isNotifying, notificationOf, notifyingTypes } from "./notification.ts"

/** Of the durable offset; a stored name is never changed. */
export const NOTIFY_USERS = "notify-users"

/** Of the log, what users may be told of. */
export const notifying = { eventTypes: notifyingTypes }

const limits = { max: 100, lingerMs: 20, everyMs: 20, idleMs: 20 }

export type NotifyUsersDeps = Pick<FollowerDeps, "store" | "clock" | "onPassed" | "onFailure"> & {
  readonly db: Db
  readonly tell: Tell
}

/**
 * Tells users that their order was paid or timed out, straight from the log: once an event, though the event may come
 * again.
 */
export const startNotifyUsers = ({ db, tell, ...deps }: NotifyUsersDeps): Follower =>
  startFollower({
    ...deps,
    ...inTransaction(db, NOTIFY_USERS, (events) => events.flatMap((event) => toldBy(event) ?? []), tell),
    filter: notifying,
    limits,
  })

function toldBy({ id, type, data }: RecordedEvent): NotificationRow | null {
  const event = Order.parse(type, data)
  return isNotifying(event) ? notificationOf(id, event) : null
}
