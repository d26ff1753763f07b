import { hash } from "node:crypto"
import type { Message } from "../commands/ports/message-broker.ts"
import type { EventMetadata, RecordedEvent } from "../domain/event.ts"
import * as FlashSale from "../domain/flash-sale.ts"
import * as Order from "../domain/order.ts"
import { toInstant } from "../domain/time.ts"
import { type MessageType, published, SCHEMA_VERSION } from "./messages.ts"

/** Streams whose events become messages. */
export const relayedPrefixes = [Order.STREAM_PREFIX, FlashSale.STREAM_PREFIX] as const

/**
 * The message that tells of an event; null for what concerns nobody else. Throws when the event is unknown to this
 * code or is not what its message promises.
 */
export function messageOf(event: RecordedEvent): Message | null {
  const { key, type, data } = happened(event)
  if (type === "GateOpened" || type === "PermitRefused") return null
  const { topic, data: schema } = published[type]
  const value = {
    schemaVersion: SCHEMA_VERSION,
    type,
    eventId: event.id,
    position: `${event.position}`,
    recordedAt: toInstant(event.recordedAtMs),
    data: schema.parse(data),
  }
  return { topic, key, value: JSON.stringify(value), headers: headersOf(event, type) }
}

/** An event, checked, with its aggregate's id as the message's key. */
function happened({ stream, type, data }: RecordedEvent) {
  const [key, prefix] = keyOf(stream)
  if (prefix === Order.STREAM_PREFIX) return { key, ...Order.parse(type, data) }
  const event = FlashSale.parse(type, data)
  return { key, type: event.type, data: { ...event.data, saleId: key } }
}

function keyOf(stream: string) {
  for (const prefix of relayedPrefixes)
    if (stream.startsWith(prefix)) return [stream.slice(prefix.length), prefix] as const
  throw new Error(`stream ${stream} is not relayed`)
}

function headersOf(event: RecordedEvent, type: MessageType): Record<string, string> {
  return {
    "event-id": event.id,
    "event-type": type,
    "schema-version": String(SCHEMA_VERSION),
    position: `${event.position}`,
    traceparent: traceparentOf(event),
  }
}

const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/**
 * The event's own trace context; where it has none, one derived from its correlation id, not sampled: whatever follows
 * from one request is one trace still, the same at each delivery.
 */
export function traceparentOf({ id, metadata }: RecordedEvent): string {
  const { traceparent = "", correlationId = id } = (metadata ?? {}) as Partial<EventMetadata>
  if (TRACEPARENT.test(traceparent)) return traceparent
  return `00-${digest(correlationId, 32)}-${digest(id, 16)}-00`
}

const digest = (text: string, characters: number): string => hash("sha256", text).slice(0, characters)
