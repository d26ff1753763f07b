import { setTimeout as delay } from "node:timers/promises"
import type streams from "@eventstore/db-client/generated/streams_pb.js"
import type {
  EventStore,
  SubscribeAllOptions,
  SubscribeStreamOptions,
  SubscriptionMessage,
} from "../../commands/ports/event-store.ts"
import type { Connection, Lease } from "./connection.ts"
import { openReading } from "./read-call.ts"
import { subscriptionToAll, subscriptionToStream } from "./read-request.ts"
import { isSystemEvent } from "./recorded-event.ts"

const BACKOFF_MIN_MS = 50
const BACKOFF_MAX_MS = 1_000
/** How many events the server looks through between two checkpoints: many while catching up, each one when live. */
const CATCH_UP_WINDOW = 500
const LIVE_WINDOW = 1

type Messages = AsyncGenerator<SubscriptionMessage>
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
    const open = (lease: Lease) => messagesOf(lease, subscriptionToStream(stream, last), timeoutMs, signal)

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
    const from = (lease: Lease, window: number) =>
      messagesOf(lease, subscriptionToAll(filter, last, window), timeoutMs, signal)

    async function* open(lease: Lease): Messages {
      for await (const message of from(lease, CATCH_UP_WINDOW)) {
        if (message.kind === "caught_up") break
        yield message
      }
      if (!signal.aborted) yield* from(lease, LIVE_WINDOW)
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

/** One subscription until it is lost (throws), given up with its client, or `signal` aborts. */
async function* messagesOf(
  { client }: Lease,
  request: streams.ReadReq,
  timeoutMs: number,
  signal: AbortSignal,
): Messages {
  const reading = openReading(client, request)
  const stop = () => reading.stop()
  const unconfirmed = setTimeout(() => {
    reading.stop(new Error(`a subscription was not confirmed within ${timeoutMs} ms`))
  }, timeoutMs).unref()
  signal.addEventListener("abort", stop, { once: true })
  if (signal.aborted) stop()
  try {
    for await (const message of reading) {
      if (message.kind === "confirmed") clearTimeout(unconfirmed)
      if (message.kind === "event" || message.kind === "checkpoint" || message.kind === "caught_up")
        yield message
    }
  } catch (cause) {
    if (!signal.aborted) throw cause
  } finally {
    clearTimeout(unconfirmed)
    signal.removeEventListener("abort", stop)
    reading.stop()
  }
}
