import { unreachable } from "../domain/decision.ts"
import type * as Domain from "../domain/payment.ts"
import { toInstant } from "../domain/time.ts"
import type { Db, PaymentRow, Tx } from "./database.ts"
import type { Occurrence } from "./occurrences.ts"
import { insertAll, type Write } from "./rows.ts"

/** What a payment can be; `captured`: the provider has taken money that was not asked back. */
export const paymentStatuses = ["pending", "captured", "failed", "refunding", "refunded"] as const

/** A payment as its buyer and the staff see it. */
export interface Payment {
  readonly id: string
  readonly orderId: string
  readonly userId: string
  readonly amountFen: number
  readonly method: string
  readonly status: (typeof paymentStatuses)[number]
  readonly createdAt: string
}

const nothingYet = { captures: 0, failures: 0, refunds_requested: 0, refunds_succeeded: 0 }
type Counts = typeof nothingYet

/** Writes what happened to payments. */
export function apply(occurrences: readonly Occurrence[]): Write {
  const opened = new Map<string, PaymentRow>()
  const counted = new Map<string, Counts>()
  for (const { of, id, event } of occurrences) {
    if (of !== "payment") continue
    if (event.type === "PaymentOpened") opened.set(id, rowOf(id, event.data))
    else {
      const column = columnOf(event)
      if (!column) continue
      const counts = opened.get(id) ?? counted.get(id) ?? { ...nothingYet }
      counts[column] += 1
      if (!opened.has(id)) counted.set(id, counts)
    }
  }
  const insert = insertAll("payments", [...opened.values()])
  return async (tx) => {
    await insert(tx)
    for (const [id, counts] of counted) await count(tx, id, counts)
  }
}

const rowOf = (id: string, data: Extract<Domain.Event, { type: "PaymentOpened" }>["data"]): PaymentRow => ({
  id,
  order_id: data.orderId,
  user_id: data.userId,
  amount_fen: data.amountFen,
  method: data.method,
  ...nothingYet,
  created_at_ms: Date.parse(data.at),
})

function columnOf({ type }: Exclude<Domain.Event, { type: "PaymentOpened" }>): keyof Counts | null {
  switch (type) {
    case "PaymentCaptured":
      return "captures"
    case "PaymentFailed":
      return "failures"
    case "RefundRequested":
      return "refunds_requested"
    case "RefundSucceeded":
      return "refunds_succeeded"
    case "RefundFailed":
      return null
    default:
      return unreachable(type)
  }
}

async function count(tx: Tx, id: string, counts: Counts): Promise<void> {
  await tx
    .updateTable("payments")
    .set((eb) => ({
      captures: eb("captures", "+", counts.captures),
      failures: eb("failures", "+", counts.failures),
      refunds_requested: eb("refunds_requested", "+", counts.refunds_requested),
      refunds_succeeded: eb("refunds_succeeded", "+", counts.refunds_succeeded),
    }))
    .where("id", "=", id)
    .execute()
}

/** One payment; null if there is none. */
export async function byId(db: Db, id: string): Promise<Payment | null> {
  const row = await db.selectFrom("payments").selectAll().where("id", "=", id).executeTakeFirst()
  return row ? paymentOf(row) : null
}

const paymentOf = (row: PaymentRow): Payment => ({
  id: row.id,
  orderId: row.order_id,
  userId: row.user_id,
  amountFen: row.amount_fen,
  method: row.method,
  status: statusOf(row),
  createdAt: toInstant(row.created_at_ms),
})

/** Of a payment whose money was taken twice and given back once the rest counts: it is captured. */
function statusOf({ captures, failures, refunds_requested, refunds_succeeded }: Counts): Payment["status"] {
  if (captures === 0) return failures === 0 ? "pending" : "failed"
  if (refunds_requested < captures) return "captured"
  return refunds_succeeded < captures ? "refunding" : "refunded"
}
