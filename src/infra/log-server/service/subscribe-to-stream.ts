import { randomUUID } from "node:crypto"
import type { Watch } from "../storage/changes.ts"
import type { Log } from "../storage/log.ts"
import { firstReadable, isSoftDeleted, isTombstoned } from "../storage/streams.ts"
import { turn } from "../turn.ts"
import { streamDeleted } from "./errors.ts"
import { caughtUp, confirmation } from "./messages.ts"
import type { Outlet } from "./outlet.ts"
import type { ReadRequest } from "./read-request.ts"

/**
 * Sends a stream's events after a revision, then what is written to it, until the client goes or the stream is
 * tombstoned. What is live is not hidden by the stream's metadata; a missing stream is waited for.
 */
export async function subscribeToStream(
  log: Log,
  { stream: name, from }: ReadRequest & { of: "stream" },
  outlet: Outlet,
  gone: AbortSignal,
): Promise<void> {
  const { last, ended } = look(log, name)
  if (ended && from !== "end") throw streamDeleted(name)
  const watch = log.changes.watch(name)
  gone.addEventListener("abort", () => watch.stop())
  try {
    await outlet.send([confirmation(randomUUID())])
    if (from === "end") await outlet.send([caughtUp])
    const next = from === "start" ? 0 : from === "end" ? last + 1 : from + 1
    if (ended) await watch.changed()
    else await follow(log, name, { next, liveFrom: from === "end" ? next : null }, outlet, watch)
  } finally {
    watch.stop()
  }
}

const look = (log: Log, name: string) => {
  const stream = log.streams.get(name)
  return { stream, last: stream.last, ended: isTombstoned(stream) }
}

/** `liveFrom` is the revision from which on everything is live; null while catching up. */
async function follow(
  log: Log,
  name: string,
  start: { next: number; liveFrom: number | null },
  outlet: Outlet,
  watch: Watch,
): Promise<void> {
  let { next, liveFrom } = start
  let woken = false
  while (!outlet.gone()) {
    const { stream, last, ended } = look(log, name)
    if (ended && liveFrom === null) throw streamDeleted(name)
    const metadata = log.streams.metadata(stream)
    if (stream.id !== null && (liveFrom !== null || !isSoftDeleted(metadata))) {
      const lowest = liveFrom ?? firstReadable(stream, metadata)
      const page = log.read.streamUp({
        streamId: stream.id,
        from: next,
        lowest,
        limit: Infinity,
        keep: () => true,
      })
      if (!(await outlet.send(page.wires.map(outlet.event)))) return
      next = page.next
      await turn()
      if (page.more) continue
      if (ended) throw streamDeleted(name)
      // Whoever begins beyond the end hears nothing, not even this, until something is written.
      if (liveFrom === null && (woken || next <= last + 1)) {
        liveFrom = last + 1
        if (!(await outlet.send([caughtUp]))) return
        continue
      }
    }
    if (!(await watch.changed())) return
    woken = true
  }
}
