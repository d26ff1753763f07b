import type { ReceivedMessage } from "../commands/ports/message-broker.ts"
import type { Db, NotificationRow, Tx } from "../projections/database.ts"
import { type Parked, park } from "../projections/parked-messages.ts"
import { parseMessage } from "../relay/messages.ts"
import type { Tell } from "./channels.ts"
import { isNotifying, notificationOf, notifyingTypes } from "./notification.ts"

/** The Kafka group that fills the users' inboxes; a stored name is never changed. */
export const INBOX_GROUP = "hash-coffee.notify-users"

/** Tells users what the messages say, each event once; a message that cannot be read is parked. All or nothing. */
export async function takeIn(
  db: Db,
  tell: Tell,
  messages: readonly ReceivedMessage[],
  nowMs: number,
): Promise<void> {
  const told: NotificationRow[] = []
  const set: Parked[] = []
  for (const message of messages)
    try {
      told.push(...toldBy(message.value))
    } catch (cause) {
      set.push(parkedOf(message, String(cause), nowMs))
    }
  // Most batches concern nobody.
  if (told.length + set.length === 0) return
  await db.transaction().execute(async (tx) => {
    await tell(tx, told)
    await park(tx, set)
  })
}

/** A parked message once more. Throws when it still cannot be read. */
export const takeInAgain = (tx: Tx, tell: Tell, value: string): Promise<void> => tell(tx, toldBy(value))

function toldBy(value: string): NotificationRow[] {
  const message = parseMessage(value, notifyingTypes)
  if (!message || !isNotifying(message)) return []
  return [notificationOf(message.eventId, message) ?? []].flat()
}

const parkedOf = (message: ReceivedMessage, reason: string, nowMs: number): Parked => ({
  id: `${INBOX_GROUP}/${message.topic}/${message.partition}/${message.offset}`,
  parked_by: INBOX_GROUP,
  position: null,
  value: message.value.toWellFormed(),
  reason,
  parked_at_ms: nowMs,
})
