import type { EventStore } from "../commands/ports/event-store.ts"
import type { MessageProducer } from "../commands/ports/message-broker.ts"
import type { Webhook } from "../commands/ports/webhook.ts"
import { inbox, inboxAndWebhook } from "../consumers/channels.ts"
import { INBOX_GROUP, takeInAgain } from "../consumers/inbox.ts"
import { deliverAgain, WEBHOOK } from "../consumers/webhook.ts"
import type { RecordedEvent } from "../domain/event.ts"
import type { Db, ParkedMessageRow } from "../projections/database.ts"
import { settle } from "../projections/parked-messages.ts"
import { messageOf } from "./outgoing.ts"
import { RELAY } from "./relay.ts"

export interface RetryDeps {
  readonly db: Db
  /** Null in the embedded profile, where nothing is relayed. */
  readonly relay: { readonly store: Pick<EventStore, "readAll">; readonly producer: MessageProducer } | null
  readonly webhook: Webhook | null
}

/** Tries a parked message once more, by the code as it is now. Throws why it must stay parked. */
export async function retry({ db, relay, webhook }: RetryDeps, row: ParkedMessageRow): Promise<void> {
  switch (row.parked_by) {
    case RELAY: {
      if (!relay) throw new Error("only the full profile has a relay")
      const message = messageOf(await eventOf(relay.store, row))
      if (message) await relay.producer.send([message])
      await settle(db, row.id, "retried")
      return
    }
    case WEBHOOK:
      if (!webhook) throw new Error("NOTIFICATION_WEBHOOK_URL is not set")
      await deliverAgain(db, webhook, row.id)
      await settle(db, row.id, "retried")
      return
    case INBOX_GROUP:
      return db.transaction().execute(async (tx) => {
        await takeInAgain(tx, webhook ? inboxAndWebhook : inbox, row.value ?? "")
        await settle(tx, row.id, "retried")
      })
    default:
      throw new Error(`nobody takes what ${row.parked_by} has parked`)
  }
}

async function eventOf(
  store: Pick<EventStore, "readAll">,
  { id, position }: ParkedMessageRow,
): Promise<RecordedEvent> {
  for await (const event of store.readAll({ from: BigInt(position!), limit: 1 }))
    if (event.id === id) return event
  throw new Error(`the log holds no event ${id} at position ${position}`)
}
