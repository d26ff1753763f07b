import any from "google-protobuf/google/protobuf/any_pb.js"
import empty from "google-protobuf/google/protobuf/empty_pb.js"
import type { Expected, Outcome } from "../storage/commands.ts"
import { shared, status, streams } from "./protocol.ts"

/** A refusal as `google.rpc.Status` carries it. */
interface BatchError {
  readonly kind: "error"
  readonly code: number
  readonly message: string
  readonly details: { serializeBinary(): Uint8Array }
}

const ALREADY_EXISTS = 6
const NOT_FOUND = 5
const DEADLINE_EXCEEDED = 4
const INVALID_ARGUMENT = 3

const error = (code: number, message: string, details: BatchError["details"]): BatchError => ({
  kind: "error",
  code,
  message,
  details,
})

export const badRequest = (text: string): BatchError =>
  error(INVALID_ARGUMENT, "BadRequest", new shared.BadRequest().setMessage(text))

export const timeout = (): BatchError => error(DEADLINE_EXCEEDED, "Timeout", new shared.Timeout())

export const tooLarge = (limitBytes: number): BatchError =>
  error(
    INVALID_ARGUMENT,
    "MaximumAppendSizeExceeded",
    new shared.MaximumAppendSizeExceeded().setMaxappendsize(limitBytes),
  )

/** The answer to one append of a batch call. The error's type is named like its message. */
export function batchAnswer(
  correlationId: Buffer,
  stream: string,
  expected: Expected,
  outcome: Outcome | BatchError,
): streams.BatchAppendResp {
  const identifier = new shared.StreamIdentifier().setStreamName(Buffer.from(stream, "utf8"))
  const response = new streams.BatchAppendResp()
    .setCorrelationId(shared.UUID.deserializeBinary(correlationId))
    .setStreamIdentifier(identifier)
  switch (outcome.kind) {
    case "done":
      return response.setSuccess(success(outcome))
    case "wrong_version":
      return response.setError(
        statusOf(error(ALREADY_EXISTS, "WrongExpectedVersion", wrongVersion(expected, outcome.actual))),
      )
    case "stream_deleted":
      return response.setError(
        statusOf(
          error(NOT_FOUND, "StreamDeleted", new shared.StreamDeleted().setStreamIdentifier(identifier)),
        ),
      )
    case "error":
      return response.setError(statusOf(outcome))
  }
}

function success({ revision, position }: Outcome & { kind: "done" }): streams.BatchAppendResp.Success {
  const message = new streams.BatchAppendResp.Success()
  if (revision < 0) message.setNoStream(new empty.Empty())
  else message.setCurrentRevision(String(revision))
  if (position === null) return message.setNoPosition(new empty.Empty())
  return message.setPosition(
    new shared.AllStreamPosition().setCommitPosition(String(position)).setPreparePosition(String(position)),
  )
}

function wrongVersion(expected: Expected, actual: number): shared.WrongExpectedVersion {
  const message = new shared.WrongExpectedVersion()
  if (actual < 0) message.setCurrentNoStream(new empty.Empty())
  else message.setCurrentStreamRevision(String(actual))
  switch (expected) {
    case "any":
      return message.setExpectedAny(new empty.Empty())
    case "no_stream":
      return message.setExpectedNoStream(new empty.Empty())
    case "stream_exists":
      return message.setExpectedStreamExists(new empty.Empty())
    default:
      return message.setExpectedStreamPosition(String(expected))
  }
}

function statusOf({ code, message, details }: BatchError): status.Status {
  const packed = new any.Any()
  packed.pack(details.serializeBinary(), `event_store.client.${message}`)
  return new status.Status()
    .setCode(code as never)
    .setMessage(message)
    .setDetails(packed)
}
