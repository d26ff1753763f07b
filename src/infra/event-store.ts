import type { EventStore } from "../commands/ports/event-store.ts"
import { createAppend } from "./event-store/append.ts"
import { createConnection } from "./event-store/connection.ts"
import { createReads } from "./event-store/read.ts"
import { createSubscriptions } from "./event-store/subscribe.ts"

export interface EventStoreOptions {
  /** An EventStoreDB connection string, such as `esdb://127.0.0.1:2113?tls=false`. */
  readonly url: string
  /** How long an append waits for its answer before it is `unknown`. */
  readonly appendTimeoutMs?: number
  /** How long a read or the confirmation of a subscription may be silent before it is given up. */
  readonly readTimeoutMs?: number
}

/**
 * The event log, an embedded or a real server alike. `@eventstore/db-client` finds the server and keeps a channel to it;
 * what goes over that channel is written and read here, byte for byte as the client does it, in a fraction of the time.
 */
export function createEventStore({
  url,
  appendTimeoutMs = 2_000,
  readTimeoutMs = 5_000,
}: EventStoreOptions): EventStore {
  const connection = createConnection(url)
  return {
    append: createAppend(connection, appendTimeoutMs),
    ...createReads(connection, readTimeoutMs),
    ...createSubscriptions(connection, readTimeoutMs),
    close: connection.close,
  }
}
