import { randomUUID } from "node:crypto"
import type { Watch } from "../storage/changes.ts"
import type { Log } from "../storage/log.ts"
import { placeUpTo, positionOf } from "../storage/positions.ts"
import { turn } from "../turn.ts"
import type { EventFilter } from "./filter.ts"
import { caughtUp, checkpoint, confirmation } from "./messages.ts"
import type { Outlet } from "./outlet.ts"
import type { ReadRequest } from "./read-request.ts"

const PAGE_EVENTS = 256

/** Sends what the log holds after a position, then what is written to it, until the client goes. */
export async function subscribeToAll(
  log: Log,
  { from, filter }: ReadRequest & { of: "all" },
  outlet: Outlet,
  gone: AbortSignal,
): Promise<void> {
  const watch = log.changes.watch(null)
  gone.addEventListener("abort", () => watch.stop())
  try {
    await outlet.send([confirmation(randomUUID())])
    await follow(
      log,
      1 + (from === "start" ? 0 : from === "end" ? log.lastPlace() : placeUpTo(from)),
      filter,
      outlet,
      watch,
    )
  } finally {
    watch.stop()
  }
}

async function follow(log: Log, first: number, filter: EventFilter | null, outlet: Outlet, watch: Watch) {
  let next = first
  let live = false
  let looked = 0
  while (!outlet.gone()) {
    let due: number | null = null
    const messages: Buffer[] = []
    for (const event of log.read.all(next, PAGE_EVENTS, false)) {
      next = event.place + 1
      const matches = !filter || filter.matches(event)
      if (filter && ++looked % filter.checkpointEvery === 0) due = event.place
      if (!matches) continue
      // One checkpoint stands for all that were due since the last event; the event itself stands for its own.
      if (due !== null && due !== event.place) messages.push(checkpoint(positionOf(due)))
      due = null
      messages.push(outlet.event(event.wire))
    }
    if (due !== null) messages.push(checkpoint(positionOf(due)))
    if (!(await outlet.send(messages))) return
    await turn()
    if (next <= log.lastPlace()) continue
    if (!live && !(await outlet.send([caughtUp]))) return
    live = true
    if (!(await watch.changed())) return
  }
}
