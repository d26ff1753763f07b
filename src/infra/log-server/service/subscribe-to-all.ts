import { randomUUID } from "node:crypto"
import type { Watch } from "../storage/changes.ts"
import type { Log } from "../storage/log.ts"
import { placeUpTo, positionOf } from "../storage/positions.ts"
import type { EventFilter } from "./filter.ts"
import { caughtUp, checkpoint, confirmation } from "./messages.ts"
import type { Outlet } from "./outlet.ts"
import type { ReadRequest } from "./read-request.ts"

const PAGE_EVENTS = 256

/** A filtered subscription that has passed events in silence says after this time how far it is. */
const SILENCE_MS = 20

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
    await outlet.send(confirmation(randomUUID()))
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

async function follow(
  log: Log,
  first: number,
  filter: EventFilter | null,
  outlet: Outlet,
  watch: Watch,
): Promise<void> {
  let next = first
  let live = false
  let passed = 0
  let silent = 0
  while (!outlet.gone()) {
    const page = log.read.all(next, PAGE_EVENTS, false)
    for (const event of page) {
      next = event.place + 1
      if (!filter || filter.matches(event)) {
        silent = 0
        if (!(await outlet.sendEvent(event.wire))) return
      } else silent++
      if (filter && ++passed % filter.checkpointEvery === 0) {
        silent = 0
        if (!(await outlet.send(checkpoint(positionOf(event.place))))) return
      }
    }
    if (page.length > 0 && next <= log.lastPlace()) continue
    if (!live) {
      live = true
      await outlet.send(caughtUp)
    }
    if (!(await watch.changed(silent > 0 ? SILENCE_MS : undefined))) return
    if (silent > 0 && next > log.lastPlace()) {
      silent = 0
      await outlet.send(checkpoint(positionOf(next - 1)))
    }
  }
}
