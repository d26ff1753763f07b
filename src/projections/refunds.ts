import type * as Payment from "../domain/payment.ts"
import type { Db, RefundRow, Tx } from "./database.ts"
import type { Occurrence } from "./occurrences.ts"
import type { Write } from "./rows.ts"

/** A refund that is to be tried. */
export interface DueRefund {
  readonly refundId: string
  readonly paymentId: string
  readonly transactionId: string
  readonly amountFen: number
}

/** Writes what happened to refunds. */
export const apply =
  (occurrences: readonly Occurrence[]): Write =>
  async (tx) => {
    for (const { of, event } of occurrences) if (of === "payment") await applyOne(tx, event)
  }

async function applyOne(tx: Tx, { type, data }: Payment.Event): Promise<void> {
  switch (type) {
    case "RefundRequested": {
      const row: RefundRow = {
        id: data.refundId,
        payment_id: data.paymentId,
        order_id: data.orderId,
        transaction_id: data.transactionId,
        amount_fen: data.amountFen,
        reason: data.reason,
        status: "requested",
        attempts: 0,
        // Due at once, by any clock: that of whoever asked for it may be ahead.
        retry_at_ms: 0,
        created_at_ms: Date.parse(data.at),
      }
      await tx.insertInto("refunds").values(row).execute()
      return
    }
    case "RefundSucceeded":
      return set(tx, data.refundId, { status: "succeeded", retry_at_ms: null })
    case "RefundFailed": {
      const status = data.retryAt === null ? "parked" : "requested"
      const retryAtMs = data.retryAt === null ? null : Date.parse(data.retryAt)
      return set(tx, data.refundId, { status, attempts: data.attempt, retry_at_ms: retryAtMs })
    }
    case "PaymentOpened":
    case "PaymentCaptured":
    case "PaymentFailed":
      return
  }
}

async function set(tx: Tx, id: string, columns: Partial<RefundRow>): Promise<void> {
  await tx.updateTable("refunds").set(columns).where("id", "=", id).execute()
}

/** Refunds that are to be tried at `nowMs`, the longest due first; at most `limit`. */
export async function due(db: Db, nowMs: number, limit: number): Promise<DueRefund[]> {
  const rows = await db
    .selectFrom("refunds")
    .select(["id", "payment_id", "transaction_id", "amount_fen"])
    .where("status", "=", "requested")
    .where("retry_at_ms", "<=", nowMs)
    .orderBy("retry_at_ms")
    .orderBy("id")
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    refundId: row.id,
    paymentId: row.payment_id,
    transactionId: row.transaction_id,
    amountFen: row.amount_fen,
  }))
}

/** Since when the oldest refund that is to be tried at `nowMs` has been due; undefined when none is. */
export async function oldestDueMs(db: Db, nowMs: number): Promise<number | undefined> {
  const row = await db
    .selectFrom("refunds")
    .select("retry_at_ms")
    .where("status", "=", "requested")
    .where("retry_at_ms", "<=", nowMs)
    .orderBy("retry_at_ms")
    .limit(1)
    .executeTakeFirst()
  return row?.retry_at_ms ?? undefined
}

/** How many refunds were given up and wait for a person. */
export async function countParked(db: Db): Promise<number> {
  const { n } = await db
    .selectFrom("refunds")
    .select((eb) => eb.fn.countAll().as("n"))
    .where("status", "=", "parked")
    .executeTakeFirstOrThrow()
  return Number(n)
}
