import shared from "@eventstore/db-client/generated/shared_pb.js"
import streams from "@eventstore/db-client/generated/streams_pb.js"
import type { Filter, ReadAllOptions, ReadStreamOptions } from "../../commands/ports/event-store.ts"

type Options = streams.ReadReq.Options
const { Options } = streams.ReadReq

const FORWARDS = 0
const BACKWARDS = 1

const empty = () => new shared.Empty()

/** Ids come as text, and links as they are. */
const request = (options: Options): streams.ReadReq =>
  new streams.ReadReq().setOptions(options.setUuidOption(new Options.UUIDOption().setString(empty())))

function page({ direction, limit = Number.MAX_SAFE_INTEGER }: ReadStreamOptions): Options {
  return new Options()
    .setReadDirection((direction === "backwards" ? BACKWARDS : FORWARDS) as never)
    .setCount(String(limit))
    .setNoFilter(empty())
}

export function readOfStream(stream: string, options: ReadStreamOptions): streams.ReadReq {
  const from = streamOptions(stream)
  if (options.from !== undefined) from.setRevision(String(options.from))
  else if (options.direction === "backwards") from.setEnd(empty())
  else from.setStart(empty())
  return request(page(options).setStream(from))
}

export function readOfAll(options: ReadAllOptions): streams.ReadReq {
  const from = new Options.AllOptions()
  if (options.from !== undefined) from.setPosition(position(options.from))
  else if (options.direction === "backwards") from.setEnd(empty())
  else from.setStart(empty())
  return request(page(options).setAll(from))
}

/** `after`: the last revision seen, or below 0. */
export function subscriptionToStream(stream: string, after: bigint): streams.ReadReq {
  const from = streamOptions(stream)
  if (after < 0n) from.setStart(empty())
  else from.setRevision(String(after))
  return request(live().setStream(from).setNoFilter(empty()))
}

/** `after`: the last position seen, or below 0. `window`: how many events are looked through between two checkpoints. */
export function subscriptionToAll(filter: Filter, after: bigint, window: number): streams.ReadReq {
  const from = new Options.AllOptions()
  if (after < 0n) from.setStart(empty())
  else from.setPosition(position(after))
  const filtering = new Options.FilterOptions().setMax(window).setCheckpointintervalmultiplier(1)
  const expression = new Options.FilterOptions.Expression()
  if ("streamPrefixes" in filter)
    filtering.setStreamIdentifier(expression.setPrefixList([...filter.streamPrefixes]))
  else filtering.setEventType(expression.setRegex(exactly(filter.eventTypes)))
  return request(live().setAll(from).setFilter(filtering))
}

const live = (): Options => new Options().setSubscription(new Options.SubscriptionOptions())

const streamOptions = (stream: string) =>
  new Options.StreamOptions().setStreamIdentifier(
    new shared.StreamIdentifier().setStreamName(Buffer.from(stream, "utf8")),
  )

const position = (commit: bigint) =>
  new Options.Position().setCommitPosition(String(commit)).setPreparePosition(String(commit))

/** A prefix would take longer names too. */
const exactly = (names: readonly string[]): string => `^(${names.map(escapeRegex).join("|")})$`

const escapeRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")
