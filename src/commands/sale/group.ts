import type { Decision } from "../../domain/decision.ts"
import type { NewEvent } from "../../domain/event.ts"
import * as FlashSale from "../../domain/flash-sale.ts"
import { type Context, newEvent } from "../context.ts"

export type Decide<Reason extends string> = (sale: FlashSale.Sale) => Decision<FlashSale.Event, Reason>
/** `appended`: an event of this very item was recorded; without one everything was so already. */
export type Committed<Reason extends string> =
  | { readonly ok: true; readonly appended: boolean }
  | { readonly ok: false; readonly reason: Reason }

/** What waits for the log. */
export interface Item {
  readonly decide: Decide<string>
  readonly context: Context
  /** Made at the first try and kept: a later try is recognised by the log. */
  readonly eventIds: string[]
  readonly newId: () => string
  /** What is done in its stead once its group has lost its place some times in a row. */
  readonly orElse: (() => Promise<Committed<string>>) | undefined
  readonly resolve: (committed: Committed<string> | Promise<Committed<string>>) => void
  readonly reject: (cause: unknown) => void
}

/** Decides a group on the fold, each item on what those before it would leave; the fold stays as it is. */
export function decideGroup(sale: FlashSale.Sale, group: readonly Item[]) {
  const draft = FlashSale.draftOf(sale)
  const answers: Committed<string>[] = []
  const events: FlashSale.Event[] = []
  const newEvents: NewEvent[] = []
  for (const item of group) {
    const decision = item.decide(draft)
    answers.push(decision.ok ? { ok: true, appended: decision.events.length > 0 } : decision)
    if (!decision.ok) continue
    decision.events.forEach((event, index) => {
      FlashSale.evolve(draft, event, { revision: draft.revision + 1, position: draft.position })
      events.push(event)
      item.eventIds[index] ??= item.newId()
      newEvents.push(newEvent(item.eventIds[index], event, item.context))
    })
  }
  return { answers, events, newEvents }
}
