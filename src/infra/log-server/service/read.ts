import type { handleServerStreamingCall } from "@grpc/grpc-js"
import type { Log } from "../storage/log.ts"
import { placeAt } from "../storage/positions.ts"
import { firstReadable, isSoftDeleted, isTombstoned } from "../storage/streams.ts"
import { turn } from "../turn.ts"
import { createdMs } from "../wire/recorded-event.ts"
import { streamDeleted, unexpectedResult } from "./errors.ts"
import { streamNotFound } from "./messages.ts"
import { createOutlet, type Outlet } from "./outlet.ts"
import type { streams } from "./protocol.ts"
import { type ReadRequest, readRequest } from "./read-request.ts"
import { subscribeToAll } from "./subscribe-to-all.ts"
import { subscribeToStream } from "./subscribe-to-stream.ts"

/** Reads of a stream or of the whole log, and subscriptions, which are reads without an end. */
export function read(log: Log): handleServerStreamingCall<streams.ReadReq, Buffer> {
  return (call) => {
    // Asynchronous from its first line on, so that whatever it throws is answered in one place.
    const serve = async () => {
      const request = readRequest(call.request)
      const outlet = createOutlet(call, request.structuredIds)
      if (request.limit === null) {
        const gone = new AbortController()
        for (const event of ["cancelled", "close"] as const) call.on(event, () => gone.abort())
        if (request.of === "stream") await subscribeToStream(log, request, outlet, gone.signal)
        else await subscribeToAll(log, request, outlet, gone.signal)
      } else if (request.of === "stream") await readStream(log, request, request.limit, outlet)
      else await readAll(log, request, request.limit, outlet)
    }
    serve().then(
      () => call.end(),
      (error: unknown) => call.emit("error", error),
    )
  }
}

/** Revisions above this cannot be told apart as numbers; nothing is stored there. */
const BEYOND = Number.MAX_SAFE_INTEGER

async function readStream(
  log: Log,
  { stream: name, from, backwards }: ReadRequest & { of: "stream" },
  limit: number,
  outlet: Outlet,
): Promise<void> {
  if (from === "end" && !backwards) throw unexpectedResult("ReadStreamResult")
  const stream = log.streams.get(name)
  if (isTombstoned(stream)) throw streamDeleted(name)
  const metadata = log.streams.metadata(stream)
  if (stream.id === null || isSoftDeleted(metadata)) {
    await outlet.send([streamNotFound(name)])
    return
  }
  const { maxAgeMs } = metadata
  const range = {
    streamId: stream.id,
    lowest: firstReadable(stream, metadata),
    keep: maxAgeMs === Infinity ? () => true : (wire: Buffer) => createdMs(wire) >= Date.now() - maxAgeMs,
  }
  let next = from === "start" ? 0 : from === "end" ? stream.last : Math.min(from, BEYOND)
  if (backwards) next = Math.min(next, stream.last)
  // The end as it is now: a reader slower than the stream's writers would never reach the moving one.
  const end = stream.last
  let left = limit
  for (let more = true; more && left > 0 && (backwards || next <= end); ) {
    const page = log.read[backwards ? "streamDown" : "streamUp"]({ ...range, from: next, limit: left })
    if (!(await outlet.send(page.wires.map(outlet.event)))) return
    left -= page.wires.length
    next = page.next
    more = page.more
    await turn()
  }
}

async function readAll(
  log: Log,
  { from, backwards, filter }: ReadRequest & { of: "all" },
  limit: number,
  outlet: Outlet,
): Promise<void> {
  let next = firstPlace(log, from, backwards)
  const end = log.lastPlace()
  for (let left = limit; left > 0 && (backwards || next <= end); ) {
    const page = log.read.all(next, filter ? Infinity : left, backwards)
    if (page.length === 0) return
    const messages: Buffer[] = []
    for (const event of page) {
      next = event.place + (backwards ? -1 : 1)
      if (filter && !filter.matches(event)) continue
      messages.push(outlet.event(event.wire))
      if (--left === 0) break
    }
    if (!(await outlet.send(messages))) return
    await turn()
  }
}

/** Forwards a position is inclusive, backwards exclusive; it must be that of an event, or behind the end. */
function firstPlace(log: Log, from: number | "start" | "end", backwards: boolean): number {
  if (from === "start") return backwards ? 0 : 1
  const end = log.lastPlace() + 1
  const place = from === "end" ? end : placeAt(from)
  if (place === null) throw unexpectedResult("ReadAllResult")
  return Math.min(place, end) - (backwards ? 1 : 0)
}
