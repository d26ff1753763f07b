import { isUsableName, nameOf } from "./append-request.ts"
import { thrownByHandler, unexpectedResult } from "./errors.ts"
import { createFilter, type EventFilter } from "./filter.ts"
import type { streams } from "./protocol.ts"

/** A revision or a position to begin at, or one of the two ends. */
export type From = number | "start" | "end"

interface Common {
  readonly from: From
  readonly backwards: boolean
  /** Null for a subscription: it has no end. */
  readonly limit: number | null
  /** The client wants event ids as two 64-bit halves. */
  readonly structuredIds: boolean
}

export type ReadRequest =
  | (Common & { readonly of: "stream"; readonly stream: string })
  | (Common & { readonly of: "all"; readonly filter: EventFilter | null })

const BACKWARDS = 1

/** Reads what a `ReadReq` asks for. Throws the error that EventStoreDB answers where it makes no sense. */
export function readRequest(request: streams.ReadReq): ReadRequest {
  const options = request.getOptions()
  if (!options) throw thrownByHandler()
  const common = {
    backwards: options.getReadDirection() === BACKWARDS,
    limit: options.hasSubscription() ? null : Number(options.getCount()),
    structuredIds: options.getUuidOption()?.hasStructured() ?? false,
  }
  const all = options.getAll()
  if (all) {
    const filter = options.getFilter()
    return { ...common, of: "all", from: positionFrom(all), filter: filter ? createFilter(filter) : null }
  }
  const named = options.getStream()
  const stream = nameOf(named?.getStreamIdentifier())
  if (!named || !isUsableName(stream)) throw thrownByHandler()
  if (common.limit === 0) throw unexpectedResult("ReadStreamResult")
  const from = named.hasRevision() ? Number(named.getRevision()) : named.hasEnd() ? "end" : "start"
  return { ...common, of: "stream", from, stream }
}

function positionFrom(all: streams.ReadReq.Options.AllOptions): From {
  const position = all.getPosition()
  if (!position) return all.hasEnd() ? "end" : "start"
  const commit = Number(position.getCommitPosition())
  if (Number(position.getPreparePosition()) > commit) throw thrownByHandler()
  return commit
}
