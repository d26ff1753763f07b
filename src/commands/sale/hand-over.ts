import * as FlashSale from "../../domain/flash-sale.ts"
import type { Context } from "../context.ts"
import type { Handover } from "../ports/handover.ts"
import type { SaleDeps } from "./deps.ts"
import type { Follower } from "./follower.ts"
import type { Committed } from "./group.ts"
import { type Handed, parseHanded, repeatable } from "./handed.ts"
import { createLead } from "./lead.ts"
import type { Lane, Writer } from "./writer.ts"

/** Most commands of one offer, and of one taking. */
const BATCH_MAX = 500
/** How often those who wait are looked after. */
const TICK_MS = 50
/** Most buyers' commands that wait for another process. */
const WAITING_MAX = 10_000

/** Has a command decided and recorded, by this process or by the one that writes; the answer comes from the log either way. */
export type Commit = <C extends FlashSale.Command>(
  command: C,
  context: Context,
  newId?: () => string,
) => Promise<Committed<FlashSale.RefusalOf<C["kind"]>>>

export interface HandOver {
  readonly commit: Commit
  /** False when too many wait for another process already. */
  hasRoom(): boolean
  stop(): Promise<void>
}

interface Waiting extends Handed {
  readonly sinceMs: number
  /** Has this process do it after all; `byAnother` once its end is in the fold. */
  readonly end: (byAnother: boolean) => void
}

/** Decides and records a command here. */
export const commitHere =
  (writer: Writer): Commit =>
  (command, context, newId) =>
    writer.commit((sale) => FlashSale.decide(sale, command), context, { lane: laneOf(command), newId })

const laneOf = ({ kind }: FlashSale.Command): Lane => (kind === "reserve" ? "buyers" : "first")

/**
 * One process at a time writes on a hot stream, and the others hand their commands over to it: they learn the outcome
 * from the stream. When that has been quiet for 200 ms, or after a second, they write themselves. Whoever takes itself for
 * the writer and loses its place again and again hands over, too. `receive` does what another process has laid down.
 */
export function createHandOver(
  deps: SaleDeps & { readonly handover: Handover },
  follower: Follower,
  writer: Writer,
  receive: (handed: Handed) => void,
): HandOver {
  const { clock, handover, newId: newEventId, report, times } = deps
  const { sale } = follower
  const here = commitHere(writer)
  const stopped = new AbortController()
  const waiting = new Set<Waiting>()
  let unsent: Waiting[] = []
  let sending = false
  let taking = false
  let takeAgain = false
  let cancelTick: (() => void) | null = null
  const lead = createLead(handover.leaseOf(sale.id), clock, () => void take())
  const stopListening = handover.onBell(sale.id, () => {
    if (lead.isHere()) void take()
  })

  async function take(): Promise<void> {
    takeAgain = true
    if (taking) return
    taking = true
    try {
      while (takeAgain && !stopped.signal.aborted && writer.hasRoom()) {
        takeAgain = false
        const texts = await handover.take(sale.id, BATCH_MAX)
        if (texts.length === BATCH_MAX) takeAgain = true
        for (const text of texts) receiveText(text)
      }
    } catch (cause) {
      report("what other processes handed over was not taken; they write it themselves", cause, sale.id)
    }
    taking = false
  }

  /** One that cannot be read, of another version say, does not stop those behind it: whoever laid it does it. */
  function receiveText(text: string): void {
    try {
      receive(parseHanded(text))
    } catch (cause) {
      report("a command that was handed over is not known here", cause, sale.id)
    }
  }

  /** One offer is under way at a time; all that waits goes into the next. */
  async function send(): Promise<void> {
    if (sending) return
    sending = true
    // The gate answers many at once: what follows from the same answer goes into the same offer.
    await Promise.resolve()
    while (unsent.length > 0) {
      const batch = unsent.slice(0, BATCH_MAX)
      unsent = unsent.slice(BATCH_MAX)
      const texts = batch.map(({ command, context, eventIds }) =>
        JSON.stringify({ command, context, eventIds } satisfies Handed),
      )
      const laid = await handover.offer(sale.id, texts).catch(() => false)
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

  /** Has the process that writes do it; what cannot come of it is answered here. */
  async function handOver<C extends FlashSale.Command>(
    command: C,
    context: Context,
    ids: () => () => string,
  ): Promise<Committed<FlashSale.RefusalOf<C["kind"]>>> {
    const decision = FlashSale.decide(sale, command)
    if (!decision.ok || decision.events.length === 0) return here(command, context, ids())
    const eventIds = decision.events.map(ids())
    const byAnother = await new Promise<boolean>((resolve) => {
      const end = (byAnother: boolean) => {
        waiting.delete(item)
        stopWaiting()
        resolve(byAnother)
      }
      const item: Waiting = { command, context, eventIds, sinceMs: clock.elapsed(), end }
      const stopWaiting = follower.onEnd(FlashSale.endOf(command), () => end(true))
      waiting.add(item)
      unsent.push(item)
      cancelTick ??= clock.after(TICK_MS, tick)
      void send()
    })
    const now = byAnother && FlashSale.decide(sale, command)
    if (now && !now.ok) return now
    if (now && now.events.length === 0) return { ok: true, appended: true }
    return here(command, context, ids())
  }

  return {
    commit(command, context, newId = newEventId) {
      const ids = repeatable(newId)
      if (!lead.isHere()) return handOver(command, context, ids)
      const decide = (sale: FlashSale.Sale) => FlashSale.decide(sale, command)
      const orElse = () => {
        lead.claim()
        return handOver(command, context, ids)
      }
      return writer.commit(decide, context, { lane: laneOf(command), newId: ids(), orElse })
    },
    hasRoom: () => waiting.size < WAITING_MAX,
    async stop() {
      stopped.abort()
      stopListening()
      cancelTick?.()
      for (const item of waiting) item.end(false)
      await lead.release()
    },
  }
}
