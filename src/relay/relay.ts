import type { Registry } from "prom-client"
import { type Clock, within } from "../commands/ports/clock.ts"
import type { EventStore } from "../commands/ports/event-store.ts"
import type { Message, MessageBroker } from "../commands/ports/message-broker.ts"
import type { RecordedEvent } from "../domain/event.ts"
import { moveCheckpoint, readCheckpoint } from "../projections/checkpoint.ts"
import type { Db } from "../projections/database.ts"
import { startFollower } from "../projections/follower.ts"
import { type Parked, park } from "../projections/parked-messages.ts"
import { deliver } from "./deliver.ts"
import { topics } from "./messages.ts"
import { relayMetrics } from "./metrics.ts"
import { messageOf, relayedPrefixes } from "./outgoing.ts"

/** Of the checkpoint and of what is parked; a stored name is never changed. */
export const RELAY = "relay"

/** Of the log, what the relay reads. */
export const relayed = { streamPrefixes: relayedPrefixes }

/** About 400 KiB: each batch waits for Kafka, and its checkpoint for the disk, so few large ones. */
const limits = { max: 1_000, lingerMs: 10, everyMs: 50, idleMs: 10 }
/** How long a stop waits for the batch under way. Not acknowledged by then, it is sent again at the next start. */
const STOP_MS = 2_000

export interface RelayDeps {
  readonly store: Pick<EventStore, "subscribeAll">
  readonly db: Db
  readonly clock: Clock
  readonly broker: MessageBroker
  readonly metrics: Registry
  /** Told of each failure, before the retry. */
  readonly onFailure: (cause: unknown) => void
}

/**
 * Passes the log on to Kafka: each event at least once, those of one aggregate in order, one batch at a time, so that
 * a slow or absent Kafka holds the reading back and nothing else. The checkpoint moves after Kafka has acknowledged,
 * while the next batch is sent; what Kafka refuses is parked in the same transaction.
 */
export function startRelay({ store, db, clock, broker, metrics, onFailure }: RelayDeps): {
  stop(): Promise<void>
} {
  const producer = broker.openProducer(topics)
  const stopping = new AbortController()
  const { sent, parked } = relayMetrics(metrics)
  const send = (messages: readonly Message[]) => orAborted(producer.send(messages), stopping.signal)

  const follower = startFollower({
    store,
    clock,
    filter: relayed,
    limits,
    readCheckpoint: () => readCheckpoint(db, RELAY),
    async perform({ events, from, to }) {
      const { messages, set } = sort(events, clock.now())
      const refused = await deliver(send, messages)
      sent(messages.length - refused.length)
      for (const { message, reason } of refused) set.push(parkedOf(message.headers, reason, clock.now()))
      return async (begun) => {
        begun()
        await db.transaction().execute(async (tx) => {
          await park(tx, set)
          await moveCheckpoint(tx, RELAY, from, to)
        })
        parked(set.length)
      }
    },
    onPassed: () => {},
    onFailure: (cause) => {
      if (!stopping.signal.aborted) onFailure(cause)
    },
  })

  return {
    async stop() {
      const ended = follower.stop()
      await within(clock, STOP_MS, ended)
      stopping.abort()
      await ended
      await within(clock, STOP_MS, producer.close())
    },
  }
}

/** The promise's outcome, unless `signal` aborts before; the promise itself goes on. */
function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener("abort", abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort))
  })
}

/** What is to be sent of the events, in order, and what cannot be: a message may not stop those behind it. */
function sort(events: readonly RecordedEvent[], nowMs: number): { messages: Message[]; set: Parked[] } {
  const messages: Message[] = []
  const set: Parked[] = []
  for (const event of events)
    try {
      const message = messageOf(event)
      if (message) messages.push(message)
    } catch (cause) {
      const headers = { "event-id": event.id, position: `${event.position}` }
      set.push(parkedOf(headers, String(cause), nowMs))
    }
  return { messages, set }
}

const parkedOf = (headers: Message["headers"], reason: string, nowMs: number): Parked => ({
  id: headers["event-id"]!,
  parked_by: RELAY,
  position: headers.position!,
  value: null,
  reason,
  parked_at_ms: nowMs,
})
