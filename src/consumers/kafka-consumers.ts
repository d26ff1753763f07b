import { type Clock, within } from "../commands/ports/clock.ts"
import type { MessageBroker } from "../commands/ports/message-broker.ts"
import type { Db } from "../projections/database.ts"
import { startWork } from "../reactors/work-loop.ts"
import { ORDERS_TOPIC } from "../relay/messages.ts"
import type { Tell } from "./channels.ts"
import { INBOX_GROUP, takeIn } from "./inbox.ts"
import { NOTIFY_USERS } from "./notify-users.ts"
import { followProgress } from "./progress.ts"

/** How long a stop waits for the batch under way; not done by then, it comes again to whoever is next. */
const STOP_MS = 3_000
/** How often it is asked how far the group is. */
const PROGRESS_EVERY_MS = 250

export interface KafkaConsumersDeps {
  readonly db: Db
  readonly clock: Clock
  readonly broker: MessageBroker
  readonly tell: Tell
  /** Told that users have been told of everything up to this position of the log. */
  readonly onPassed: (position: bigint) => void
  /** Told of each failure, before the retry. */
  readonly onFailure: (name: string, cause: unknown) => void
}

/**
 * Tells users of paid and timed-out orders, as a group that any number of processes may join. Offsets are committed
 * after the effect, and an event that comes again, after a rebalance or a restart, changes nothing.
 */
export function startKafkaConsumers({ db, clock, broker, tell, onPassed, onFailure }: KafkaConsumersDeps): {
  stop(): Promise<void>
} {
  let stopping = false
  const fail = (name: string, cause: unknown) => {
    if (!stopping) onFailure(name, cause)
  }
  const inbox = broker.startConsumer({
    group: INBOX_GROUP,
    topic: ORDERS_TOPIC,
    onBatch: (messages) => takeIn(db, tell, messages, clock.now()),
    onFailure: (cause) => fail(NOTIFY_USERS, cause),
  })
  const progress = startWork(
    { clock, onFailure: fail },
    `${NOTIFY_USERS}-progress`,
    followProgress({
      db,
      broker,
      group: INBOX_GROUP,
      topic: ORDERS_TOPIC,
      checkpoint: NOTIFY_USERS,
      onPassed,
    }),
    PROGRESS_EVERY_MS,
  )
  return {
    async stop() {
      stopping = true
      await within(clock, STOP_MS, Promise.all([inbox.stop(), progress.stop()]))
    },
  }
}
