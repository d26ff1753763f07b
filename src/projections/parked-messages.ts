import type { Db, ParkedMessageRow, Tx } from "./database.ts"
import { insertMissing } from "./rows.ts"

const REASON_MAX = 1_000

export type Parked = Omit<ParkedMessageRow, "status">

/** Sets messages aside with their reasons. One that was parked before stays as it is. */
export const park = (tx: Tx, messages: readonly Parked[]): Promise<void> =>
  insertMissing(
    tx,
    "parked_messages",
    messages.map((message) => ({
      ...message,
      reason: message.reason.slice(0, REASON_MAX).toWellFormed(),
      status: "parked" as const,
    })),
  )

/** What waits for a person, the oldest first. */
export const waiting = (db: Db): Promise<ParkedMessageRow[]> =>
  db
    .selectFrom("parked_messages")
    .selectAll()
    .where("status", "=", "parked")
    .orderBy("parked_at_ms")
    .orderBy("id")
    .execute()

/** How many wait for a person, of each of those that park. */
export async function count(db: Db, parkedBy: readonly string[]): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom("parked_messages")
    .select(["parked_by", (eb) => eb.fn.countAll().as("n")])
    .where("status", "=", "parked")
    .groupBy("parked_by")
    .execute()
  const counts = new Map(rows.map(({ parked_by, n }) => [parked_by, Number(n)]))
  return new Map(parkedBy.map((name) => [name, counts.get(name) ?? 0]))
}

/** Ends the wait of one message; false when none of this id waits. */
export async function settle(db: Db | Tx, id: string, status: "retried" | "skipped"): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("parked_messages")
    .set({ status })
    .where("id", "=", id)
    .where("status", "=", "parked")
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
