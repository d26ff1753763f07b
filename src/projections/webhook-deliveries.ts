import type { Db, NotificationRow, Tx, WebhookDeliveryRow } from "./database.ts"
import { insertMissing } from "./rows.ts"

/** A notification that the receiver of the webhook has not taken yet. */
export interface Delivery extends NotificationRow {
  /** How often it was tried in vain. */
  readonly attempts: number
}

/** Has notifications delivered; one that was asked for before, whatever came of it, is not asked for again. */
export const add = (tx: Tx, told: readonly NotificationRow[]): Promise<void> =>
  insertMissing(
    tx,
    "webhook_deliveries",
    told.map(({ id, created_at_ms }) => ({
      ...{ id, created_at_ms, status: "waiting", attempts: 0 },
      next_attempt_at_ms: created_at_ms,
    })),
  )

/** What is to be tried at `nowMs`, the longest due first; at most `limit`. */
export const due = (db: Db, nowMs: number, limit: number): Promise<Delivery[]> =>
  db
    .selectFrom("webhook_deliveries as delivery")
    .innerJoin("notifications as told", "told.id", "delivery.id")
    .select(["told.id", "told.user_id", "told.type", "told.order_id", "told.created_at_ms"])
    .select("delivery.attempts")
    .where("delivery.status", "=", "waiting")
    .where("delivery.next_attempt_at_ms", "<=", nowMs)
    .orderBy("delivery.next_attempt_at_ms")
    .orderBy("delivery.id")
    .limit(limit)
    .execute()

/** One delivery, whatever came of it; undefined when there is none of this id. */
export const find = (db: Db, id: string): Promise<Delivery | undefined> =>
  db
    .selectFrom("webhook_deliveries as delivery")
    .innerJoin("notifications as told", "told.id", "delivery.id")
    .select(["told.id", "told.user_id", "told.type", "told.order_id", "told.created_at_ms"])
    .select("delivery.attempts")
    .where("delivery.id", "=", id)
    .executeTakeFirst()

/** When the oldest notification that is not delivered yet was made; undefined when none waits. */
export async function oldestMs(db: Db): Promise<number | undefined> {
  const row = await db
    .selectFrom("webhook_deliveries")
    .select("created_at_ms")
    .where("status", "=", "waiting")
    .orderBy("created_at_ms")
    .limit(1)
    .executeTakeFirst()
  return row?.created_at_ms
}

/** Notes what came of a delivery; false when it is not in this status any more, since another process was faster. */
export async function set(
  db: Db | Tx,
  id: string,
  from: WebhookDeliveryRow["status"],
  columns: Partial<Omit<WebhookDeliveryRow, "id">>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("webhook_deliveries")
    .set(columns)
    .where("id", "=", id)
    .where("status", "=", from)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
