import { randomUUID } from "node:crypto"
import shared from "@eventstore/db-client/generated/shared_pb.js"
import pb from "@eventstore/db-client/generated/streams_pb.js"
import empty from "google-protobuf/google/protobuf/empty_pb.js"
import timestamp from "google-protobuf/google/protobuf/timestamp_pb.js"

/** What a writer expects, and of which stream. */
export interface Target {
  readonly stream: string
  readonly expected?: number | "no_stream" | "any" | "stream_exists"
}

const identifier = (name: string) => new shared.StreamIdentifier().setStreamName(Buffer.from(name))

/** The options of Append, Delete and Tombstone, which differ by their class only. */
function unaryOptions<Options extends pb.AppendReq.Options | pb.DeleteReq.Options | pb.TombstoneReq.Options>(
  options: Options,
  { stream, expected = "any" }: Target,
): Options {
  options.setStreamIdentifier(identifier(stream))
  if (typeof expected === "number") options.setRevision(String(expected))
  else if (expected === "no_stream") options.setNoStream(new shared.Empty())
  else if (expected === "stream_exists") options.setStreamExists(new shared.Empty())
  else options.setAny(new shared.Empty())
  return options
}

export const deleteRequest = (target: Target) =>
  new pb.DeleteReq().setOptions(unaryOptions(new pb.DeleteReq.Options(), target))

export const tombstoneRequest = (target: Target) =>
  new pb.TombstoneReq().setOptions(unaryOptions(new pb.TombstoneReq.Options(), target))

const JSON_EVENT = { type: "t", "content-type": "application/json" }

/** The messages of one unary append of events with `{}` as data. */
export function appendRequests(
  target: Target,
  events: number,
  metadata: Record<string, string> = JSON_EVENT,
) {
  const messages = Array.from({ length: events }, () => {
    const message = new pb.AppendReq.ProposedMessage().setData(Buffer.from("{}"))
    message.setId(new shared.UUID().setString(randomUUID()))
    for (const [key, value] of Object.entries(metadata)) message.getMetadataMap().set(key, value)
    return new pb.AppendReq().setProposedMessage(message)
  })
  return [new pb.AppendReq().setOptions(unaryOptions(new pb.AppendReq.Options(), target)), ...messages]
}

/** One whole batch append; without a target it has no options. */
export function batchRequest(correlationId: string, target: Target | null, events: number, deadline?: Date) {
  const request = new pb.BatchAppendReq()
    .setCorrelationId(new shared.UUID().setString(correlationId))
    .setIsFinal(true)
  if (target) request.setOptions(batchOptions(target, deadline))
  for (let n = 0; n < events; n++) {
    const message = new pb.BatchAppendReq.ProposedMessage().setData(Buffer.from("{}"))
    message.setId(new shared.UUID().setString(randomUUID()))
    for (const [key, value] of Object.entries(JSON_EVENT)) message.getMetadataMap().set(key, value)
    request.addProposedMessages(message)
  }
  return request
}

function batchOptions({ stream, expected = "any" }: Target, deadline?: Date): pb.BatchAppendReq.Options {
  const options = new pb.BatchAppendReq.Options().setStreamIdentifier(identifier(stream))
  if (typeof expected === "number") options.setStreamPosition(String(expected))
  else if (expected === "no_stream") options.setNoStream(new empty.Empty())
  else if (expected === "stream_exists") options.setStreamExists(new empty.Empty())
  else options.setAny(new empty.Empty())
  return deadline ? options.setDeadline(timestamp.Timestamp.fromDate(deadline)) : options
}

/** What a read may ask for; a subscription when it has no `count`. */
export interface ReadTarget {
  /** Absent: `$all`. */
  readonly stream?: string
  readonly from: number | "start" | "end"
  readonly backwards?: boolean
  readonly count?: number
  /** A filter by type, with a checkpoint every 32 events. */
  readonly typePrefix?: string
  readonly structuredIds?: boolean
}

export function readRequest({ stream, from, backwards, count, typePrefix, structuredIds }: ReadTarget) {
  const options = new pb.ReadReq.Options().setReadDirection(backwards ? 1 : 0)
  const uuid = new pb.ReadReq.Options.UUIDOption()
  options.setUuidOption(
    structuredIds ? uuid.setStructured(new shared.Empty()) : uuid.setString(new shared.Empty()),
  )
  if (count === undefined) options.setSubscription(new pb.ReadReq.Options.SubscriptionOptions())
  else options.setCount(String(count))
  if (stream === undefined) {
    const all = new pb.ReadReq.Options.AllOptions()
    options.setAll(from === "end" ? all.setEnd(new shared.Empty()) : all.setStart(new shared.Empty()))
  } else {
    const one = new pb.ReadReq.Options.StreamOptions().setStreamIdentifier(identifier(stream))
    if (from === "end") one.setEnd(new shared.Empty())
    else if (from === "start") one.setStart(new shared.Empty())
    else one.setRevision(String(from))
    options.setStream(one)
  }
  if (typePrefix === undefined) options.setNoFilter(new shared.Empty())
  else
    options.setFilter(
      new pb.ReadReq.Options.FilterOptions()
        .setEventType(new pb.ReadReq.Options.FilterOptions.Expression().setPrefixList([typePrefix]))
        .setMax(32)
        .setCheckpointintervalmultiplier(1),
    )
  return new pb.ReadReq().setOptions(options)
}
