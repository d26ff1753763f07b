import { randomUUID } from "node:crypto"
import type { AppendResult, EventStore } from "../../commands/ports/event-store.ts"
import type { AppendAnswer } from "./append-answer.ts"
import type { AppendCall } from "./append-call.ts"
import { encodeRequest } from "./append-request.ts"
import type { Connection, Lease } from "./connection.ts"
import { encodeEvents } from "./encoded-events.ts"
import { createRoom } from "./room.ts"

/** What may be under way at once: the groups of many sales, and beside them the workers' single events, some hundred. */
const UNDER_WAY = { count: 500, bytes: 8 * 1_048_576 }

/**
 * The append of the port. Nothing makes the other end answer, so that a timer here ends the wait with `unknown`. Throws
 * a `TypeError` or `RangeError` for what must never be sent: no name, no event, no type, too much.
 */
export function createAppend(connection: Connection, timeoutMs: number): EventStore["append"] {
  const room = createRoom(UNDER_WAY)

  return async (stream, expected, events) => {
    const encoded = encodeEvents(stream, expected, events)
    return new Promise<AppendResult>((resolve, reject) => {
      const correlationId = randomUUID()
      let late = false
      let lease: Lease | undefined
      let call: AppendCall | undefined
      let leave = () => {}

      const timer = setTimeout(() => {
        late = true
        call?.forget(correlationId)
        leave()
        failed(new Error(`no answer to an append to ${stream} within ${timeoutMs} ms`))
      }, timeoutMs).unref()

      async function send(): Promise<AppendAnswer | "late"> {
        leave = await room.take(encoded.bytes)
        if (late) return "late"
        lease = await connection.lease()
        call = await lease.appendCall()
        if (late) return "late"
        const { deadlineMs } = lease
        return call.send(
          correlationId,
          encodeRequest({ correlationId, stream, expected, deadlineMs: deadlineMs() }, encoded),
        )
      }

      send()
        .then((answer) => {
          if (answer === "late") return
          const result = resultOf(answer)
          connection.answered("append")
          resolve(result)
        })
        .catch((cause) => (cause instanceof RangeError ? reject(cause) : failed(cause)))
        .finally(() => {
          clearTimeout(timer)
          leave()
        })

      function failed(cause: Error): void {
        if (lease) connection.troubled(lease, "append", cause)
        resolve({ kind: "unknown", cause })
      }
    })
  }
}

/** Throws when the answer does not say what became of the events. */
function resultOf(answer: AppendAnswer): AppendResult {
  if (answer.kind === "success") {
    const { revision, position } = answer
    if (position === null) throw new Error("the server answered an append without a position")
    return { kind: "appended", revision, position }
  }
  if (answer.type === "WrongExpectedVersion") return { kind: "conflict" }
  if (answer.type === "MaximumAppendSizeExceeded") throw new RangeError("the server takes no append as large")
  throw new Error(`the server did not append: ${answer.type}: ${answer.message}`)
}
