import { z } from "zod"
import type { Clock } from "../commands/ports/clock.ts"
import type { Webhook, WebhookMessage } from "../commands/ports/webhook.ts"
import { toInstant } from "../domain/time.ts"
import { type Db, type NotificationRow, notificationTypes } from "../projections/database.ts"
import { park } from "../projections/parked-messages.ts"
import * as deliveries from "../projections/webhook-deliveries.ts"
import { sideBySide } from "../reactors/work-loop.ts"

/** Of the lease and of what is parked; a stored name is never changed. */
export const WEBHOOK = "notification-webhook"

const PAGE = 100
const AT_ONCE = 8

/** How often and when a delivery that failed is tried again. */
export interface Retries {
  /** After so many in vain it is parked. */
  readonly attemptsMax: number
  /** After the first failure; twice as long after each further one, up to the longest. Jittered down to a half. */
  readonly firstMs: number
  readonly longestMs: number
}

/** Eight hours in all at most; six with the jitter of most. */
const RETRIES: Retries = { attemptsMax: 20, firstMs: 1_000, longestMs: 3_600_000 }

/** What the receiver gets. Ids only: who a user is, is no business of a message. */
const Body = z.strictObject({
  schemaVersion: z.literal(1),
  type: z.enum(notificationTypes),
  /** When the order was paid or timed out. */
  timestamp: z.iso.datetime(),
  data: z.strictObject({ userId: z.string().min(1), orderId: z.string().min(1) }),
})

const messageOf = ({ id, type, user_id, order_id, created_at_ms }: NotificationRow): WebhookMessage => {
  const data = { userId: user_id, orderId: order_id }
  const body = { schemaVersion: 1, type, timestamp: toInstant(created_at_ms), data }
  return { id, body: JSON.stringify(Body.parse(body)) }
}

export interface DeliverDeps {
  readonly db: Db
  readonly clock: Clock
  readonly webhook: Webhook
  /** 0 up to 1. */
  readonly random: () => number
  /** Told of each attempt; null when the receiver has taken it. */
  readonly onAttempt: (failure: Error | null) => void
  readonly retries?: Retries
}

/**
 * Delivers what is due, to be called again and again: the rows are the truth, so a restart loses nothing. A crash between
 * the receiver's answer and the row sends a message once more, under the same id.
 */
export const deliverNotifications =
  (deps: DeliverDeps) =>
  async (signal: AbortSignal): Promise<void> => {
    const { db, clock } = deps
    for (;;) {
      const due = await deliveries.due(db, clock.now(), PAGE)
      await sideBySide(due, AT_ONCE, (delivery) => deliver(deps, delivery, signal))
      if (due.length < PAGE || signal.aborted) return
    }
  }

async function deliver(deps: DeliverDeps, delivery: deliveries.Delivery, signal: AbortSignal): Promise<void> {
  const { db, clock, webhook, random, onAttempt, retries = RETRIES } = deps
  if (signal.aborted) return
  const attempts = delivery.attempts + 1
  try {
    await webhook(messageOf(delivery), signal)
  } catch (cause) {
    // A stop cuts the attempt short: it says nothing about the receiver.
    if (signal.aborted) return
    onAttempt(cause as Error)
    if (attempts >= retries.attemptsMax) return giveUp(db, delivery.id, attempts, String(cause), clock.now())
    const waitMs = Math.min(retries.firstMs * 2 ** (attempts - 1), retries.longestMs) * (0.5 + random() / 2)
    const next_attempt_at_ms = Math.ceil(clock.now() + waitMs)
    await deliveries.set(db, delivery.id, "waiting", { attempts, next_attempt_at_ms })
    return
  }
  await deliveries.set(db, delivery.id, "waiting", { attempts, status: "delivered" })
  onAttempt(null)
}

const PARKED = `${WEBHOOK}/`

const giveUp = (db: Db, id: string, attempts: number, reason: string, nowMs: number): Promise<void> =>
  db.transaction().execute(async (tx) => {
    const row = { parked_by: WEBHOOK, position: null, value: null, reason, parked_at_ms: nowMs }
    // Two processes may have tried at once: what one of them has delivered is not given up by the other.
    if (await deliveries.set(tx, id, "waiting", { attempts, status: "parked" }))
      await park(tx, [{ id: PARKED + id, ...row }])
  })

/** Sends a parked notification once more. Throws why it was not taken. */
export async function deliverAgain(db: Db, webhook: Webhook, parkedId: string): Promise<void> {
  const id = parkedId.slice(PARKED.length)
  const delivery = await deliveries.find(db, id)
  if (!delivery) throw new Error("there is no such notification any more")
  await webhook(messageOf(delivery), new AbortController().signal)
  await deliveries.set(db, id, "parked", { attempts: delivery.attempts + 1, status: "delivered" })
}
