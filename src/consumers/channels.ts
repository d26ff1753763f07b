import type { NotificationRow, Tx } from "../projections/database.ts"
import * as notifications from "../projections/notifications.ts"
import * as deliveries from "../projections/webhook-deliveries.ts"

/**
 * The notification port: has users told, in the transaction of whoever consumes the event. An event's notification is
 * told once, by the event's id, however often the event comes.
 */
export type Tell = (tx: Tx, told: readonly NotificationRow[]) => Promise<void>

/** Each user's list of notifications: the read model behind `GET /v1/notifications`. */
export const inbox: Tell = notifications.add

/**
 * The list, and what is to be sent to the webhook. The receiver is not called here, so that a slow or dead one holds back
 * nobody: it is only noted, for good, that it is to hear of it.
 */
export const inboxAndWebhook: Tell = async (tx, told) => {
  await inbox(tx, told)
  await deliveries.add(tx, told)
}
