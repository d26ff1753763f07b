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
import type { IsKnown, ReadMessage } from "./read-message.ts"
import { subscriptionToAll, subscriptionToStream } from "./read-request.ts"
import { isSystemEvent } from "./recorded-event.ts"

const BACKOFF_MIN_MS = 50
const BACKOFF_MAX_MS = 1_000
/** How many events the server looks through between two checkpoints: many while catching up, each one when live. */
const CATCH_UP_WINDOW = 500
const LIVE_WINDOW = 1

type Messages = AsyncGenerator<SubscriptionMessage>
/** What has arrived at once, never nothing. */
type Bursts = AsyncGenerator<readonly SubscriptionMessage[]>
type Subscriptions = Pick<EventStore, "subscribeStream" | "subscribeAll">

/** The subscriptions of the port. One that the server has not confirmed after `timeoutMs` is opened again. */
export function createSubscriptions(connection: Connection, timeoutMs: number): Subscriptions {
  /** Opens a subscription again and again, each time from where the last one ended, until `signal` aborts. */
  async function* keepOpen(open: (lease: Lease) => Bursts, signal: AbortSignal): Bursts {
    let backoffMs = BACKOFF_MIN_MS
    while (!signal.aborted && !connection.closed) {
      let lease: Lease | undefined
      try {
        lease = await connection.lease()
        for await (const burst of open(lease)) {
          backoffMs = BACKOFF_MIN_MS
          connection.answered("read")
          yield burst
        }
      } catch (cause) {
        if (lease) connection.troubled(lease, "read", cause)
      }
      await delay(backoffMs, undefined, { signal, ref: false }).catch(() => undefined)
      backoffMs = Math.min(2 * backoffMs, BACKOFF_MAX_MS)
    }
  }

  async function* subscribeStream({ stream, after, isKnown, signal }: SubscribeStreamOptions): Messages {
    let last = after ?? -1n
    const isLeftOut: IsKnown = (revision) => {
      if (!isKnown?.(revision)) return false
      if (revision > last) last = revision
      return true
    }
    const open = (lease: Lease) =>
      burstsFrom(lease, subscriptionToStream(stream, last), { timeoutMs, signal, isKnown: isLeftOut })

    for await (const burst of keepOpen(open, signal))
      for (const message of burst) {
        // Ended in the midst of what has come already.
        if (signal.aborted) return
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
      burstsFrom(lease, subscriptionToAll(filter, last, window), { timeoutMs, signal })

    async function* open(lease: Lease): Bursts {
      for await (const burst of from(lease, CATCH_UP_WINDOW)) {
        const caughtUp = burst.findIndex(({ kind }) => kind === "caught_up")
        if (caughtUp !== 0) yield caughtUp < 0 ? burst : burst.slice(0, caughtUp)
        if (caughtUp >= 0) break
      }
      if (!signal.aborted) yield* from(lease, LIVE_WINDOW)
    }

    for await (const burst of keepOpen(open, signal))
      for (const message of burst) {
        if (signal.aborted) return
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

interface Subscribing {
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly isKnown?: IsKnown | undefined
}

/** One subscription until it is lost (throws), given up with its client, or `signal` aborts. */
async function* burstsFrom(
  { client }: Lease,
  request: streams.ReadReq,
  { timeoutMs, signal, isKnown }: Subscribing,
): Bursts {
  const reading = openReading(client, request, isKnown)
  const stop = () => reading.stop()
  const unconfirmed = setTimeout(() => {
    reading.stop(new Error(`a subscription was not confirmed within ${timeoutMs} ms`))
  }, timeoutMs).unref()
  signal.addEventListener("abort", stop, { once: true })
  if (signal.aborted) stop()
  try {
    for await (const burst of reading) {
      if (burst.some(({ kind }) => kind === "confirmed")) clearTimeout(unconfirmed)
      const messages = burst.filter(isForSubscriber)
      if (messages.length > 0) yield messages
    }
  } catch (cause) {
    if (!signal.aborted) throw cause
  } finally {
    clearTimeout(unconfirmed)
    signal.removeEventListener("abort", stop)
    reading.stop()
  }
}

const isForSubscriber = (message: ReadMessage): message is SubscriptionMessage =>
  message.kind === "event" || message.kind === "checkpoint" || message.kind === "caught_up"
