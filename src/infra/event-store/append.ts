import {
  jsonEvent,
  MaxAppendSizeExceededError,
  NO_STREAM,
  WrongExpectedVersionError,
} from "@eventstore/db-client"
import type { AppendResult, EventStore, ExpectedRevision } from "../../commands/ports/event-store.ts"
import type { NewEvent } from "../../domain/event.ts"
import type { Connection, Lease } from "./connection.ts"

/** The server's own limit of one append, in bytes of data, metadata and types. */
export const APPEND_MAX_BYTES = 1_048_576

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * The append of the port. The client has no deadline of its own for it, so that a timer here ends the wait with
 * `unknown`. Throws a `TypeError` or `RangeError` for what must never be sent: no name, no event, no type, too much.
 */
export function createAppend(connection: Connection, timeoutMs: number): EventStore["append"] {
  return async (stream, expected, events) => {
    check(stream, expected, events)
    return new Promise<AppendResult>((resolve, reject) => {
      let late = false
      let lease: Lease | undefined

      const timer = setTimeout(() => {
        late = true
        const cause = new Error(`no answer to an append to ${stream} within ${timeoutMs} ms`)
        if (lease) connection.troubled(lease, "append", cause)
        resolve({ kind: "unknown", cause })
      }, timeoutMs).unref()

      async function send(): Promise<AppendResult | undefined> {
        lease = await connection.lease()
        await lease.appendSlots.take()
        try {
          return late ? undefined : await sendBy(lease, stream, expected, events)
        } finally {
          lease.appendSlots.free()
        }
      }

      send()
        .catch((cause) => failed(asError(cause)))
        .then((result) => {
          if (result && result.kind !== "unknown") connection.answered("append")
          if (result) resolve(result)
        }, reject)
        .finally(() => clearTimeout(timer))

      function failed(cause: Error): AppendResult {
        if (cause instanceof WrongExpectedVersionError) return { kind: "conflict" }
        if (cause instanceof MaxAppendSizeExceededError) throw new RangeError(cause.message, { cause })
        if (lease && !late) connection.troubled(lease, "append", cause)
        return { kind: "unknown", cause }
      }
    })
  }
}

/** The one place where events are encoded and sent. */
async function sendBy(
  { client }: Lease,
  stream: string,
  expected: ExpectedRevision,
  events: readonly NewEvent[],
): Promise<AppendResult> {
  const { nextExpectedRevision, position } = await client.appendToStream(
    stream,
    events.map(({ id, type, data, metadata }) =>
      jsonEvent({ id, type, data: data as Record<string, unknown>, metadata: { ...metadata } }),
    ),
    { expectedRevision: expected === "no_stream" ? NO_STREAM : expected },
  )
  if (position === undefined) throw new Error("the server answered an append without a position")
  return { kind: "appended", revision: nextExpectedRevision, position: position.commit }
}

function check(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): void {
  if (stream === "") throw new TypeError("an append needs the name of a stream")
  if (events.length === 0) throw new TypeError(`an append to ${stream} needs an event`)
  if (expected !== "no_stream" && expected < 0n) throw new RangeError(`${expected} is not a revision`)
  let bytes = 0
  for (const { id, type, data, metadata } of events) {
    if (type === "") throw new TypeError(`an event for ${stream} has no type`)
    if (!UUID.test(id)) throw new TypeError(`${id} is not the id of an event: lower-case UUIDs are`)
    bytes += Buffer.byteLength(type) + Buffer.byteLength(JSON.stringify(data))
    bytes += Buffer.byteLength(JSON.stringify(metadata))
  }
  if (bytes >= APPEND_MAX_BYTES) {
    throw new RangeError(`an append to ${stream} has ${bytes} bytes; under ${APPEND_MAX_BYTES} are taken`)
  }
}

const asError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause)))
