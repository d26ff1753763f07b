import * as FlashSale from "../../domain/flash-sale.ts"
import { sleep } from "../ports/clock.ts"
import type { SaleDeps } from "./deps.ts"
import { type LiveSale, openLiveSale } from "./live-sale.ts"

/** Most sales that one process serves at once; the least used is let go. */
export const LIVE_MAX = 500
/** How long a sale that does not exist is remembered, and how many of them. */
const UNKNOWN_MS = 1_000
const UNKNOWN_MAX = 10_000
const STOP_GRACE_MS = 5_000
/** A sale that is over and that nobody has asked for so long is let go; how often it is looked for such. */
const OVER_UNUSED_MS = 60_000
const LOOK_EVERY_MS = 10_000

export interface LiveSales {
  /**
   * The sale, folded from its stream when this process does not serve it yet; null when there is none. A malformed
   * id costs nothing, an unknown one a read a second. Throws `EventStoreUnavailable`.
   */
  get(saleId: string): Promise<LiveSale | null>
  /** The sale if this process serves it already: the hot path's way, without a promise. */
  peek(saleId: string): LiveSale | undefined
  /** Every sale that this process serves now, at most `LIVE_MAX`; asking for it does not count as use. */
  all(): Iterable<LiveSale>
  /** Forgets that a sale does not exist: it was just made. */
  created(saleId: string): void
  /** Finishes what is queued and lets every sale go. */
  stop(): Promise<void>
}

/** The sales that this process serves. */
export function createLiveSales(deps: SaleDeps): LiveSales {
  const { clock } = deps
  /** In the order of their last use, the least used first. */
  const live = new Map<string, LiveSale>()
  /** When each of them was last asked for, in the clock's elapsed milliseconds. */
  const usedAtMs = new Map<string, number>()
  const opening = new Map<string, Promise<LiveSale | null>>()
  const unknownUntilMs = new Map<string, number>()
  const stopping = new AbortController()
  let lastOpening: Promise<unknown> = Promise.resolve()
  /** The last of `live`, so that a crowd for one sale does not put it there again and again. */
  let lastUsed = ""

  function peek(saleId: string): LiveSale | undefined {
    const found = live.get(saleId)
    if (!found) return undefined
    if (saleId !== lastUsed) {
      live.delete(saleId)
      live.set(saleId, found)
      lastUsed = saleId
    }
    usedAtMs.set(saleId, clock.elapsed())
    return found
  }

  /** One sale is folded at a time, so that a crowd for old sales does not fill the memory. */
  function open(saleId: string): Promise<LiveSale | null> {
    const opened = lastOpening.then(() => openLiveSale(deps, saleId))
    lastOpening = opened.catch(() => undefined)
    return opened
      .then((sale) => {
        if (sale) keep(saleId, sale)
        else rememberUnknown(saleId)
        return sale
      })
      .finally(() => opening.delete(saleId))
  }

  function keep(saleId: string, sale: LiveSale): void {
    live.set(saleId, sale)
    lastUsed = saleId
    usedAtMs.set(saleId, clock.elapsed())
    if (live.size > LIVE_MAX) letGo(live.values().next().value!)
  }

  function letGo(sale: LiveSale): void {
    const { id } = sale.sale
    live.delete(id)
    usedAtMs.delete(id)
    sale.stop(STOP_GRACE_MS).catch((cause) => deps.report("a sale was not let go", cause, id))
  }

  /** What is over is seldom asked for, and is folded again then. */
  async function letGoOfWhatIsOver(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sleep(clock, LOOK_EVERY_MS, stopping.signal)
      const beforeMs = clock.elapsed() - OVER_UNUSED_MS
      for (const [saleId, sale] of [...live])
        if (sale.isOver() && usedAtMs.get(saleId)! <= beforeMs) letGo(sale)
    }
  }
  void letGoOfWhatIsOver()

  function rememberUnknown(saleId: string): void {
    if (unknownUntilMs.size >= UNKNOWN_MAX) unknownUntilMs.clear()
    unknownUntilMs.set(saleId, clock.elapsed() + UNKNOWN_MS)
  }

  return {
    peek,
    async get(saleId) {
      if (!FlashSale.SALE_ID.test(saleId)) return null
      const found = peek(saleId)
      if (found) return found
      if ((unknownUntilMs.get(saleId) ?? 0) > clock.elapsed()) return null
      const under = opening.get(saleId) ?? open(saleId)
      opening.set(saleId, under)
      return under
    },
    all: () => live.values(),
    created: (saleId) => void unknownUntilMs.delete(saleId),
    async stop() {
      stopping.abort()
      await Promise.allSettled(opening.values())
      await Promise.allSettled([...live.values()].map((sale) => sale.stop(STOP_GRACE_MS)))
    },
  }
}
