import type { Db } from "./database.ts"

/** An order that nobody has paid and whose time is up. */
export interface DueOrder {
  readonly id: string
  readonly payByMs: number
}

/** Orders still unpaid whose time is up at `nowMs`, in the order of their time, after `last`; at most `limit`. */
export async function dueOrders(
  db: Db,
  nowMs: number,
  limit: number,
  last: DueOrder | null = null,
): Promise<DueOrder[]> {
  let due = db
    .selectFrom("orders")
    .select(["id", "pay_by_ms as payByMs"])
    .where("status", "=", "pending_payment")
    .where("pay_by_ms", "<=", nowMs)
  if (last) {
    const { id, payByMs } = last
    // The first condition alone can use the index; the second one picks within one millisecond.
    due = due
      .where("pay_by_ms", ">=", payByMs)
      .where((eb) => eb.or([eb("pay_by_ms", ">", payByMs), eb("id", ">", id)]))
  }
  return due.orderBy("pay_by_ms").orderBy("id").limit(limit).execute()
}
