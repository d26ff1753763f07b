import any from "google-protobuf/google/protobuf/any_pb.js"
import empty from "google-protobuf/google/protobuf/empty_pb.js"
import { field, numberField } from "../../wire/writer.ts"
import type { Expected, Outcome } from "../storage/commands.ts"
import { shared, status } from "./protocol.ts"

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
): Buffer {
  return Buffer.concat([
    field(0x0a, correlationId),
    result(stream, expected, outcome),
    field(0x22, field(0x1a, Buffer.from(stream, "utf8"))),
  ])
}

const ERROR = 0x12
const SUCCESS = 0x1a

function result(stream: string, expected: Expected, outcome: Outcome | BatchError): Buffer {
  switch (outcome.kind) {
    case "done":
      return field(SUCCESS, success(outcome))
    case "wrong_version": {
      const details = wrongVersion(expected, outcome.actual)
      return field(ERROR, statusOf(error(ALREADY_EXISTS, "WrongExpectedVersion", details)))
    }
    case "stream_deleted": {
      const identifier = new shared.StreamIdentifier().setStreamName(Buffer.from(stream, "utf8"))
      const details = new shared.StreamDeleted().setStreamIdentifier(identifier)
      return field(ERROR, statusOf(error(NOT_FOUND, "StreamDeleted", details)))
    }
    case "error":
      return field(ERROR, statusOf(outcome))
  }
}

/** By hand, as it answers almost every append. */
function success({ revision, position }: Outcome & { kind: "done" }): Buffer {
  return Buffer.concat([
    revision < 0 ? NO_STREAM : numberField(0x08, revision),
    position === null
      ? NO_POSITION
      : field(0x1a, Buffer.concat([numberField(0x08, position), numberField(0x10, position)])),
  ])
}

const NOTHING = Buffer.alloc(0)
const NO_STREAM = field(0x12, NOTHING)
const NO_POSITION = field(0x22, NOTHING)

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

function statusOf({ code, message, details }: BatchError): Buffer {
  const packed = new any.Any()
  packed.pack(details.serializeBinary(), `event_store.client.${message}`)
  return Buffer.from(
    new status.Status()
      .setCode(code as never)
      .setMessage(message)
      .setDetails(packed)
      .serializeBinary(),
  )
}
