import * as FlashSale from "../../domain/flash-sale.ts"
import type { Context } from "../context.ts"
import type { Handover } from "../ports/handover.ts"
import { createAudience } from "./audience.ts"
import type { SaleDeps } from "./deps.ts"
import type { Follower } from "./follower.ts"
import type { Committed } from "./group.ts"
import { type Handed, repeatable } from "./handed.ts"
import { createLead } from "./lead.ts"
import { createOffers } from "./offers.ts"
import { createTakings } from "./takings.ts"
import type { Lane, Writer } from "./writer.ts"
import { parseWritten, textOfWritten, type Written } from "./written.ts"

/** Has a command decided and recorded, by this process or by the one that writes; the answer comes from the log either way. */
export type Commit = <C extends FlashSale.Command>(
  command: C,
  context: Context,
  newId?: () => string,
) => Promise<Committed<FlashSale.RefusalOf<C["kind"]>>>

export interface HandOver {
  readonly commit: Commit
  /** Tells the processes that hand over to this one what it has written, so that they need not read it from the stream. */
  tell(written: Written): void
  /** False when too many wait for another process already. */
  hasRoom(): boolean
  stop(): Promise<void>
}

/** Decides and records a command here. */
export const commitHere =
  (writer: Writer): Commit =>
  (command, context, newId) =>
    writer.commit((sale) => FlashSale.decide(sale, command), context, { lane: laneOf(command), newId })

const laneOf = ({ kind }: FlashSale.Command): Lane => (kind === "reserve" ? "buyers" : "first")

/**
 * One process at a time writes on a hot stream, and the others hand their commands over to it: they learn the outcome from
 * what it tells them, or from the stream, and write themselves when neither comes in time. Whoever takes itself for the writer
 * and loses its place again and again hands over, too. `receive` does what another process has laid down.
 */
export function createHandOver(
  deps: SaleDeps & { readonly handover: Handover },
  follower: Follower,
  writer: Writer,
  receive: (handed: Handed) => void,
): HandOver {
  const { clock, handover, newId: newEventId, report } = deps
  const { sale } = follower
  const here = commitHere(writer)
  const audience = createAudience(clock)
  const takings = createTakings(deps, sale.id, writer.hasRoom, receive)
  const lead = createLead(handover.leaseOf(sale.id), clock, () => void takings.take())
  const offers = createOffers(deps, follower, lead)
  const stopListening = handover.listen(sale.id, {
    rang(name) {
      if (!lead.isHere()) return
      audience.rang(name)
      void takings.take()
    },
    told(text) {
      try {
        follower.told(parseWritten(text))
      } catch (cause) {
        report("what another process has written is not known here", cause, sale.id)
      }
    },
  })

  /** Has the process that writes do it; what cannot come of it is answered here. */
  async function handOver<C extends FlashSale.Command>(
    command: C,
    context: Context,
    ids: () => () => string,
  ): Promise<Committed<FlashSale.RefusalOf<C["kind"]>>> {
    const decision = FlashSale.decide(sale, command)
    if (!decision.ok || decision.events.length === 0) return here(command, context, ids())
    const byAnother = await offers.offer({ command, context, eventIds: decision.events.map(ids()) })
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
    tell(written) {
      const names = audience.names()
      if (names.length > 0) handover.tell(names, sale.id, textOfWritten(written))
    },
    hasRoom: offers.hasRoom,
    async stop() {
      takings.stop()
      stopListening()
      offers.stop()
      await lead.release()
    },
  }
}
