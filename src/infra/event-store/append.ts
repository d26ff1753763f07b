import {
  jsonEvent,
  MaxAppendSizeExceededError,
  NO_STREAM,
  WrongExpectedVersionError,
} from "@eventstore/db-client"
import type { AppendResult, EventStore, ExpectedRevision } from "../../commands/ports/event-store.ts"
import type { NewEvent } from "../../domain/event.ts"
import { checkAppend } from "./check-append.ts"
import type { Connection, Lease } from "./connection.ts"

/**
 * The append of the port. The client has no deadline of its own for it, so that a timer here ends the wait with
 * `unknown`. Throws a `TypeError` or `RangeError` for what must never be sent: no name, no event, no type, too much.
 */
export function createAppend(connection: Connection, timeoutMs: number): EventStore["append"] {
  return async (stream, expected, events) => {
    checkAppend(stream, expected, events)
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

const asError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause)))
