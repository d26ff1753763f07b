import { setTimeout as delay } from "node:timers/promises"
import {
  type AllStreamSubscription,
  eventTypeFilter,
  type Position,
  START,
  type StreamSubscription,
  streamNameFilter,
} from "@eventstore/db-client"
import type {
  EventStore,
  Filter,
  SubscribeAllOptions,
  SubscribeStreamOptions,
  SubscriptionMessage,
} from "../../commands/ports/event-store.ts"
import type { Connection, Lease } from "./connection.ts"
import { isSystemEvent, toRecordedEvent } from "./recorded-event.ts"

const BACKOFF_MIN_MS = 50
const BACKOFF_MAX_MS = 1_000
/** How many events the server looks through between two checkpoints: many while catching up, each one when live. */
const CATCH_UP_WINDOW = 500
const LIVE_WINDOW = 1

type Messages = AsyncGenerator<SubscriptionMessage>
type Client = Lease["client"]
type Subscriptions = Pick<EventStore, "subscribeStream" | "subscribeAll">

/** The subscriptions of the port. One that the server has not confirmed after `timeoutMs` is opened again. */
export function createSubscriptions(connection: Connection, timeoutMs: number): Subscriptions {
  /** Opens a subscription again and again, each time from where the last one ended, until `signal` aborts. */
  async function* keepOpen(open: (lease: Lease) => Messages, signal: AbortSignal): Messages {
    let backoffMs = BACKOFF_MIN_MS
    while (!signal.aborted && !connection.closed) {
      let lease: Lease | undefined
      try {
        lease = await connection.lease()
        for await (const message of open(lease)) {
          backoffMs = BACKOFF_MIN_MS
          connection.answered("read")
          yield message
        }
      } catch (cause) {
        if (lease) connection.troubled(lease, "read", cause)
      }
      await delay(backoffMs, undefined, { signal, ref: false }).catch(() => undefined)
      backoffMs = Math.min(2 * backoffMs, BACKOFF_MAX_MS)
    }
  }

  async function* subscribeStream({ stream, after, signal }: SubscribeStreamOptions): Messages {
    let last = after ?? -1n
    const open = ({ client }: Lease) =>
      messagesOf(
        client.subscribeToStream(stream, { fromRevision: last < 0n ? START : last }),
        timeoutMs,
        signal,
      )

    for await (const message of keepOpen(open, signal)) {
      if (message.kind === "event") {
        if (message.event.revision <= last) continue
        last = message.event.revision
      }
      yield message
    }
  }

  async function* subscribeAll({ filter, after, signal }: SubscribeAllOptions): Messages {
    let last = after ?? -1n
    const from = (client: Client, window: number) =>
      messagesOf(subscribeToAll(client, filter, last, window), timeoutMs, signal)

    async function* open({ client }: Lease): Messages {
      for await (const message of from(client, CATCH_UP_WINDOW)) {
        if (message.kind === "caught_up") break
        yield message
      }
      if (!signal.aborted) yield* from(client, LIVE_WINDOW)
    }

    for await (const message of keepOpen(open, signal)) {
      if (message.kind === "caught_up") {
        yield message
        continue
      }
      const position = message.kind === "event" ? message.event.position : message.position
      if (position <= last) continue
      last = position
      yield message.kind === "event" && isSystemEvent(message.event)
        ? { kind: "checkpoint", position }
        : message
    }
  }

  return { subscribeStream, subscribeAll }
}

function subscribeToAll(
  client: Client,
  filter: Filter,
  after: bigint,
  window: number,
): AllStreamSubscription {
  const options = {
    maxSearchWindow: window,
    checkpointInterval: 1,
    // What is pushed here takes its place in the order of the events.
    checkpointReached: (subscription: AllStreamSubscription, { commit }: Position) => {
      subscription.push({ kind: "checkpoint", position: commit } satisfies SubscriptionMessage)
    },
  }
  return client.subscribeToAll({
    fromPosition: after < 0n ? START : { commit: after, prepare: after },
    filter:
      "streamPrefixes" in filter
        ? streamNameFilter({ ...options, prefixes: [...filter.streamPrefixes] })
        : eventTypeFilter({ ...options, regex: exactly(filter.eventTypes) }),
  })
}

/** A prefix would take longer names too. */
const exactly = (names: readonly string[]): string => `^(${names.map(escapeRegex).join("|")})$`

const escapeRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")

/** One subscription until it is lost (throws), given up with its client, or `signal` aborts. */
async function* messagesOf(
  subscription: StreamSubscription | AllStreamSubscription,
  timeoutMs: number,
  signal: AbortSignal,
): Messages {
  const stop = () => void subscription.destroy()
  const unconfirmed = setTimeout(() => {
    subscription.destroy(new Error(`a subscription was not confirmed within ${timeoutMs} ms`))
  }, timeoutMs).unref()
  // The client tells errors at any time, also after the end; unheard they would end the process.
  subscription.on("error", () => undefined)
  subscription.on("confirmation", () => clearTimeout(unconfirmed))
  subscription.on("caughtUp", () => subscription.push({ kind: "caught_up" } satisfies SubscriptionMessage))
  signal.addEventListener("abort", stop, { once: true })
  if (signal.aborted) stop()
  try {
    for await (const item of subscription) {
      yield "kind" in item ? (item as SubscriptionMessage) : { kind: "event", event: toRecordedEvent(item) }
    }
  } catch (cause) {
    if (!signal.aborted) throw cause
  } finally {
    clearTimeout(unconfirmed)
    signal.removeEventListener("abort", stop)
    subscription.unsubscribe().catch(() => undefined)
  }
}
