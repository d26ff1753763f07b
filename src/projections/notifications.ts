import { toInstant } from "../domain/time.ts"
import type { Db, NotificationRow, NotificationType, Tx } from "./database.ts"
import { onPage, type Page, type PageQuery, pageOf } from "./paging.ts"
import { insertMissing } from "./rows.ts"

/** What a user was told. */
export interface Notification {
  readonly id: string
  readonly type: NotificationType
  readonly orderId: string
  readonly createdAt: string
}

/** Tells users; what they were told before, by its id, they are not told again. */
export const add = (tx: Tx, rows: readonly NotificationRow[]): Promise<void> =>
  insertMissing(tx, "notifications", rows)

/** What a user was told, the newest first. */
export async function list(db: Db, userId: string, query: PageQuery): Promise<Page<Notification>> {
  const told = db.selectFrom("notifications").selectAll().where("user_id", "=", userId)
  return pageOf("notifications", await onPage(told, query).execute(), query, notificationOf)
}

const notificationOf = ({ id, type, order_id, created_at_ms }: NotificationRow): Notification => ({
  id,
  type,
  orderId: order_id,
  createdAt: toInstant(created_at_ms),
})
