import { changeFlashSale } from "../../src/commands/change-flash-sale.ts"
import type { Context } from "../../src/commands/context.ts"
import { renewGate } from "../../src/commands/sale/renew-gate.ts"
import { scheduleFlashSale } from "../../src/commands/schedule-flash-sale.ts"
import { adjustStock, pauseFlashSale, resumeFlashSale } from "../../src/commands/steer-flash-sale.ts"
import { SALE_ID, START_MS, terms } from "../support/scenario.ts"
import { Violation } from "./invariants/violation.ts"
import type { Steering } from "./plan.ts"
import { type Visit, visit, visitUntilAnswered } from "./visit.ts"
import { show } from "./wire.ts"
import type { World } from "./world.ts"

const context: Context = { actor: "admin:boss", correlationId: "s", causationId: "s" }
const payloadHash = "h"

/** Schedules the sale, at first with one process; it has begun a little before the run does. */
export async function schedule(world: World): Promise<void> {
  const startsAt = new Date(START_MS - 1).toISOString()
  const endsAt = new Date(START_MS + Math.ceil(world.plan.endsAfterMs)).toISOString()
  const command = { saleId: SALE_ID, terms: { ...terms, ...world.plan.terms, startsAt, endsAt }, payloadHash }
  const result = await visitUntilAnswered(world, 0, "the sale", ({ life }) =>
    scheduleFlashSale(life.deps, life.sales)(command, context),
  )
  if (!result.ok) throw new Violation("answers repeat", `the sale: ${result.reason}`)
}

/** Steers the sale until it is answered, then asks the same again: it must be answered the same. */
export async function steer(world: World, { kind, node, delta }: Steering, nth: number): Promise<void> {
  const command = { saleId: SALE_ID, requestId: `boss:${kind}-${nth}`, payloadHash }
  const deps = ({ life: { deps, sales } }: Visit) => ({ clock: deps.clock, sales })
  const perform = (visit: Visit): Promise<unknown> => {
    switch (kind) {
      case "adjust":
        return adjustStock(deps(visit))({ ...command, delta, reason: "test" }, context)
      case "pause":
        return pauseFlashSale(deps(visit))(command, context)
      case "resume":
        return resumeFlashSale(deps(visit))(command, context)
      case "rename":
        return changeFlashSale(deps(visit))(SALE_ID, { title: `title of ${nth}` }, context)
      case "renew gate":
        return renewGate(visit.life.deps, SALE_ID, new AbortController().signal)
    }
  }
  // It ends when the gate is loaded, which nobody needs to wait for.
  if (kind === "renew gate") return void (await visit(world, node, kind, perform))
  const what = `${kind} ${nth}`
  const first = await visitUntilAnswered(world, node, what, perform)
  if (kind === "rename" || !(first as { ok: boolean }).ok) return
  const second = await visitUntilAnswered(world, world.draw(what).int(world.nodes.length), what, perform)
  // The position alone may be any at or past the event.
  const said = (answer: unknown) => show({ ...(answer as object), position: "" })
  if (said(first) !== said(second))
    throw new Violation("answers repeat", `${what}: ${show(first)}, then ${show(second)}`)
}
