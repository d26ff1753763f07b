import type { handleClientStreamingCall } from "@grpc/grpc-js"
import { type Cursor, readBytes, readVarint, skip } from "../../wire/reader.ts"
import { field } from "../../wire/writer.ts"
import type { Expected, Outcome } from "../storage/commands.ts"
import type { Log } from "../storage/log.ts"
import { type ProposedEvent, readProposedEvent } from "../wire/proposed-event.ts"
import { bytesOf, expectedOf, isUsableName, MAX_APPEND_BYTES, nameOf, validate } from "./append-request.ts"
import {
  appendTooLarge,
  type CallError,
  malformed,
  missingMetadata,
  streamDeleted,
  thrownByHandler,
} from "./errors.ts"
import { shared, streams } from "./protocol.ts"

/** One append a call: its options come first, then its events, a message each. */
export function append(log: Log): handleClientStreamingCall<Buffer, Buffer> {
  return (call, callback) => {
    let options: streams.AppendReq.Options | null = null
    const events: ProposedEvent[] = []
    let bytes = 0

    call.on("data", (message: Buffer) => {
      try {
        const part = readPart(message)
        options = part.options ?? options
        if (!part.event) return
        bytes += bytesOf(part.event)
        if (bytes <= MAX_APPEND_BYTES) events.push(part.event)
      } catch (error) {
        callback(malformed(error))
        call.destroy()
      }
    })

    call.on("end", () => {
      const stream = nameOf(options?.getStreamIdentifier())
      if (!options || !isUsableName(stream)) return callback(thrownByHandler())
      if (bytes > MAX_APPEND_BYTES) return callback(appendTooLarge(MAX_APPEND_BYTES))
      const valid = validate(events)
      if (!valid.ok)
        return callback(valid.problem === "missing" ? missingMetadata(valid.property) : thrownByHandler())
      const expected = expectedOfAppend(options)
      log.submit({ kind: "append", stream, expected, events: valid.events }, (outcome) => {
        const answer = appendAnswer(stream, expected, outcome)
        if (answer instanceof Error) callback(answer)
        else callback(null, answer)
      })
    })
  }
}

function readPart(message: Buffer): {
  options: streams.AppendReq.Options | null
  event: ProposedEvent | null
} {
  const cursor: Cursor = { bytes: message, at: 0 }
  let options: streams.AppendReq.Options | null = null
  let event: ProposedEvent | null = null
  while (cursor.at < message.length) {
    const tag = readVarint(cursor)
    if (tag === 0x0a) options = streams.AppendReq.Options.deserializeBinary(readBytes(cursor))
    else if (tag === 0x12) event = readProposedEvent(readBytes(cursor))
    else skip(cursor, tag)
  }
  return { options, event }
}

const expectedOfAppend = (options: streams.AppendReq.Options): Expected =>
  expectedOf({
    hasNoStream: () => options.hasNoStream(),
    hasStreamExists: () => options.hasStreamExists(),
    revision: () => (options.hasRevision() ? options.getRevision() : null),
  })

function appendAnswer(stream: string, expected: Expected, outcome: Outcome): Buffer | CallError {
  switch (outcome.kind) {
    case "stream_deleted":
      return streamDeleted(stream)
    case "wrong_version":
      return field(WRONG_EXPECTED_VERSION, wrongVersion(expected, outcome.actual))
    case "done":
      return Buffer.from(new streams.AppendResp().setSuccess(success(outcome)).serializeBinary())
  }
}

const WRONG_EXPECTED_VERSION = 0x12

function success({ revision, position }: Outcome & { kind: "done" }): streams.AppendResp.Success {
  const message = new streams.AppendResp.Success()
  if (revision < 0) message.setNoStream(new shared.Empty())
  else message.setCurrentRevision(String(revision))
  if (position === null) return message.setNoPosition(new shared.Empty())
  return message.setPosition(
    new streams.AppendResp.Position()
      .setCommitPosition(String(position))
      .setPreparePosition(String(position)),
  )
}

/** Says everything twice: clients older than 20.6.1 read the fields that end in 2060. */
function wrongVersion(expected: Expected, actual: number): Buffer {
  const message = new streams.AppendResp.WrongExpectedVersion()
  const empty = () => new shared.Empty()
  if (actual < 0) message.setCurrentNoStream(empty()).setNoStream2060(empty())
  else message.setCurrentRevision(String(actual)).setCurrentRevision2060(actual)
  if (expected === "any") message.setExpectedAny(empty()).setAny2060(empty())
  else if (expected === "stream_exists") message.setExpectedStreamExists(empty()).setStreamExists2060(empty())
  else if (expected === "no_stream") message.setExpectedNoStream(empty())
  else message.setExpectedRevision(String(expected)).setExpectedRevision2060(expected)
  const bytes = Buffer.from(message.serializeBinary())
  return expected === "no_stream" ? Buffer.concat([bytes, EXPECTED_2060_NO_STREAM]) : bytes
}

/** `expectedRevision2060` = 2^64 - 1, which the generated code cannot hold. */
const EXPECTED_2060_NO_STREAM = Buffer.from("18ffffffffffffffffff01", "hex")
