import { LATE, within } from "../../src/commands/ports/clock.ts"
import { requestStatus } from "../../src/commands/request-status.ts"
import { type ReserveAnswer, reserveStock } from "../../src/commands/reserve-stock.ts"
import type * as FlashSale from "../../src/domain/flash-sale.ts"
import { SALE_ID } from "../support/scenario.ts"
import type { Asked } from "./invariants/answers.ts"
import type { Purchase } from "./plan.ts"
import { type Visit, visit } from "./visit.ts"
import { show } from "./wire.ts"
import type { World } from "./world.ts"

type Wanted = Pick<Purchase, "user" | "key" | "quantity">

/** Buys as a client should: with one key until the answer is definite. A refusal, then null, is asked about anew a few times. */
export async function buy(
  world: World,
  wanted: Wanted,
  node: number,
  keen: number,
): Promise<FlashSale.Accepted | null> {
  const random = world.draw(`${wanted.user}:${wanted.key} buys`)
  for (let at = node, refusals = 0; refusals <= keen; at = random.int(world.nodes.length)) {
    const answer = await ask(world, wanted, at)
    if (answer?.kind === "accepted") return answer.outcome
    if (answer?.kind === "refused") refusals++
    if (answer?.kind === "pending") {
      const status = await poll(world, wanted, at)
      if (status?.state === "accepted") return status.outcome
      if (status?.state === "refused") return null
    }
    await world.timeline.sleep(random.between(10, 300), null)
  }
  return null
}

/** Asks once for cups, as the route does. */
export function ask(world: World, wanted: Wanted, node: number): Promise<ReserveAnswer | null> {
  const { timeline, times, answers, note } = world
  const id = `${wanted.user}:${wanted.key}`
  return visit(world, node, `${id} x${wanted.quantity}`, async (seen) => {
    const { deps, sales, owner } = seen.life
    const asked = askedBy(world, wanted, seen)
    const arrival = { deadlineMs: timeline.nowMs() + times.requestDeadlineMs, isGone: seen.isGone }
    const live =
      sales.peek(SALE_ID) ?? (await within(deps.clock, times.requestDeadlineMs, sales.get(SALE_ID)))
    if (live === LATE || !live) return null
    const { requestId, payloadHash } = asked
    const request = { requestId, userId: wanted.user, quantity: wanted.quantity, payloadHash }
    const strictly = world.isStrict()
    const answer = await reserveStock(deps, live, request, arrival)
    note(() => `${owner.name} answers ${id}: ${show(answer)}`)
    answers.answered(asked, answer, strictly && world.isStrict())
    return answer.kind === "unavailable" || answer.kind === "overloaded" ? null : answer
  })
}

/** Asks where the request stands until that is definite; null when nothing is known of it any more. */
async function poll(world: World, wanted: Wanted, node: number) {
  const { answers, note } = world
  const id = `${wanted.user}:${wanted.key}`
  const random = world.draw(`${id} polls`)
  for (let at = node; ; at = random.int(world.nodes.length)) {
    const seen = await visit(world, at, `status of ${id}`, async (seen) => {
      const live = await seen.life.sales.get(SALE_ID)
      if (!live) return null
      const asked = askedBy(world, wanted, seen)
      const status = await requestStatus(seen.life.deps, live, asked.requestId)
      note(() => `${seen.life.owner.name} says of ${id}: ${show(status)}`)
      answers.statusWas(asked, status)
      return { status }
    })
    if (seen && seen.status?.state !== "pending") return seen.status
    await world.timeline.sleep(random.between(50, 400), null)
  }
}

const askedBy = ({ ledger }: World, { user, key, quantity }: Wanted, { arrivedAtMs }: Visit): Asked => {
  const requestId = `${user}:${key}`
  return { requestId, payloadHash: `hash-${quantity}`, arrivedAtMs, decided: ledger.decided.get(requestId) }
}
