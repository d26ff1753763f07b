import * as FlashSale from "../../domain/flash-sale.ts"
import type { Handover } from "../ports/handover.ts"
import type { SaleDeps } from "./deps.ts"
import type { Follower } from "./follower.ts"
import { type Handed, textOfHanded } from "./handed.ts"
import type { Lead } from "./lead.ts"

/** Most commands of one offer. */
const OFFERED_MAX = 500
/** How often those who wait are looked after. */
const TICK_MS = 50
/** Most buyers' commands that wait for another process. */
const WAITING_MAX = 10_000

export interface Offers {
  /** Has the process that writes do it: true once its end is in the fold, false when it is to be done here after all. */
  offer(handed: Handed): Promise<boolean>
  /** False when too many wait for another process already. */
  hasRoom(): boolean
  /** Nobody waits any longer: all of it is done here. */
  stop(): void
}

interface Waiting extends Handed {
  readonly sinceMs: number
  readonly end: (byAnother: boolean) => void
}

/**
 * What waits for another process. When the stream has been quiet for 200 ms, or after a second, it is done here after all, and
 * the lease is claimed: whoever had it may be gone.
 */
export function createOffers(
  { clock, handover, times }: Pick<SaleDeps, "clock" | "times"> & { readonly handover: Handover },
  follower: Follower,
  lead: Lead,
): Offers {
  const { sale } = follower
  const waiting = new Set<Waiting>()
  let unsent: Waiting[] = []
  let sending = false
  let cancelTick: (() => void) | null = null

  /** One offer is under way at a time; all that waits goes into the next. */
  async function send(): Promise<void> {
    if (sending) return
    sending = true
    // The gate answers many at once: what follows from the same answer goes into the same offer.
    await Promise.resolve()
    while (unsent.length > 0) {
      const batch = unsent.slice(0, OFFERED_MAX)
      unsent = unsent.slice(OFFERED_MAX)
      const laid = await handover.offer(sale.id, batch.map(textOfHanded)).catch(() => false)
      if (!laid) for (const item of batch) takeBack(item)
    }
    sending = false
  }

  function takeBack(item: Waiting): void {
    if (waiting.has(item)) item.end(false)
  }

  function tick(): void {
    const nowMs = clock.elapsed()
    const isQuiet = nowMs - follower.lastEventAtMs() >= times.quietMs
    const patienceMs = isQuiet ? times.quietMs : times.takeOverMs
    for (const item of waiting) {
      const late = nowMs - item.sinceMs >= patienceMs
      if (late) lead.claim()
      if (late || isVoid(item.command)) takeBack(item)
    }
    cancelTick = waiting.size > 0 ? clock.after(TICK_MS, tick) : null
  }

  const isVoid = (command: FlashSale.Command) => command.kind === "reserve" && command.epoch < sale.epoch

  return {
    offer: (handed) =>
      new Promise((resolve) => {
        const end = (byAnother: boolean) => {
          waiting.delete(item)
          stopWaiting()
          resolve(byAnother)
        }
        const item: Waiting = { ...handed, sinceMs: clock.elapsed(), end }
        const stopWaiting = follower.onEnd(FlashSale.endOf(handed.command), () => end(true))
        waiting.add(item)
        unsent.push(item)
        cancelTick ??= clock.after(TICK_MS, tick)
        void send()
      }),
    hasRoom: () => waiting.size < WAITING_MAX,
    stop() {
      cancelTick?.()
      for (const item of waiting) item.end(false)
    },
  }
}
