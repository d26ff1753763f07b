import type * as FlashSale from "../../domain/flash-sale.ts"
import { LATE, within } from "../ports/clock.ts"
import type { SaleDeps } from "./deps.ts"
import type { LiveSale } from "./live-sale.ts"

/**
 * Waits for the outcome of a permit that another process holds, and commits it here once the stream is quiet, or
 * after a second: its owner may be dead. Resolves when the permit has an outcome or turned out void.
 */
export async function takeOver(
  { clock, times }: Pick<SaleDeps, "clock" | "times">,
  live: LiveSale,
  permit: FlashSale.Permit,
  epoch: number,
): Promise<void> {
  const { follower, permits, sale } = live
  const sinceMs = clock.elapsed()
  while (!sale.outcomes.has(permit.requestId) && !permits.get(permit.requestId)) {
    const nowMs = clock.elapsed()
    const untilQuietMs = Math.max(sinceMs, follower.lastEventAtMs()) + times.quietMs - nowMs
    const untilTakenMs = sinceMs + times.takeOverMs - nowMs
    if (untilQuietMs <= 0 || untilTakenMs <= 0) break
    if (await hasOutcomeWithin(Math.min(untilQuietMs, untilTakenMs))) return
  }
  if (epoch > sale.epoch) await follower.catchUp()
  await permits.commit(permit, epoch, live.commitHere).done

  async function hasOutcomeWithin(ms: number): Promise<boolean> {
    let stop = () => {}
    const outcome = new Promise<void>((resolve) => {
      stop = follower.onEnd(permit.requestId, resolve)
    })
    const late = (await within(clock, ms, outcome)) === LATE
    stop()
    return !late
  }
}
