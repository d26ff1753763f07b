import type * as FlashSale from "../domain/flash-sale.ts"
import { LATE, sleep, within } from "./ports/clock.ts"
import type { ReserveReply, ReserveRequest } from "./ports/gate.ts"
import type { SaleDeps } from "./sale/deps.ts"
import type { LiveSale } from "./sale/live-sale.ts"
import type { CommittedPermit } from "./sale/permits.ts"
import { takeOver } from "./sale/take-over.ts"

export type ReserveRefusal =
  | Exclude<FlashSale.PermitRefusal, "expired">
  | "request_expired"
  | "request_conflict"

/**
 * - `accepted`: the order is in the log, for good.
 * - `pending`: the deadline came first; the commit goes on, and the request's status tells its end.
 * - `refused`: final for this request, but only an outcome that the log holds is final for ever.
 * - `unavailable`, `overloaded`: nothing was decided; to be sent again with the same key.
 */
export type ReserveAnswer =
  | { readonly kind: "accepted"; readonly outcome: FlashSale.Accepted }
  | { readonly kind: "refused"; readonly reason: ReserveRefusal }
  | { readonly kind: "pending" | "unavailable" | "overloaded" }

/** When the request must be answered, by `clock.elapsed()`, and whether anybody still waits for it. */
export interface Arrival {
  readonly deadlineMs: number
  readonly isGone: () => boolean
}

/**
 * Permit, then commit: asks the gate for cups and lets the log decide. What needs nobody else is answered at once, without
 * a promise. Rejects with `GateUnavailable` or `EventStoreUnavailable`; whatever is thrown, a permit that was granted is
 * committed or settled later, never lost.
 */
export const reserveStock = (
  deps: Deps,
  live: LiveSale,
  request: ReserveRequest,
  arrival: Arrival,
): ReserveAnswer | Promise<ReserveAnswer> =>
  answerAtOnce(deps, live, request) ?? askForCups(deps, live, request, arrival)

type Deps = Pick<SaleDeps, "clock" | "gate" | "times">

/** The answer that this process knows by itself: from the fold, from its queue, from its memory. */
function answerAtOnce({ clock }: Deps, live: LiveSale, request: ReserveRequest): ReserveAnswer | null {
  const { sale, permits, soldOut } = live
  const known = answerFromFold(sale, request)
  if (known) return known
  const queued = permits.get(request.requestId)
  if (queued) return queued.payloadHash === request.payloadHash ? null : refused("request_conflict")
  if (live.isOver()) return refused("sale_not_open")
  const nowMs = clock.elapsed()
  if (!soldOut.isValid(nowMs, sale.revision) || soldOut.letsOneAsk(nowMs)) return null
  return refused("sold_out")
}

async function askForCups(
  deps: Deps,
  live: LiveSale,
  request: ReserveRequest,
  arrival: Arrival,
): Promise<ReserveAnswer> {
  const { clock, gate } = deps
  const { sale, follower } = live
  const leftMs = () => arrival.deadlineMs - clock.elapsed()
  const readUpTo = async (rev: number) =>
    sale.revision < rev ? within(clock, leftMs(), follower.upTo(rev)) : undefined

  const queued = live.permits.get(request.requestId)
  if (queued) return answerOf(await within(clock, leftMs(), queued.done)) ?? unavailable

  for (let askedOnceMore = false; leftMs() > 0 && !arrival.isGone(); ) {
    if (!live.hasRoom()) return { kind: "overloaded" }
    const askedAtMs = clock.elapsed()
    const reply = await gate.reserve(sale.id, request)
    if (reply.kind === "not_loaded") {
      if ((await within(clock, leftMs(), live.rebuild.ensureLoaded())) === LATE) return unavailable
      continue
    }
    if (reply.epoch < sale.epoch) {
      // The gate has not heard of a fence; told of it, it is loaded anew.
      if ((await within(clock, leftMs(), live.pusher.push())) === LATE) return unavailable
      continue
    }
    switch (reply.kind) {
      case "granted": {
        // A log that is silent is not waited for: the permit stays, and its status tells its end.
        if (reply.epoch > sale.epoch && (await readUpTo(reply.rev)) === LATE) return { kind: "pending" }
        const permit = { ...request, grantedAtMs: reply.grantedAtMs }
        const { done } = live.permits.commit(permit, reply.epoch)
        const answer = answerOf(await within(clock, leftMs(), done))
        if (answer) return answer
        break // The permit is void: ask again.
      }
      case "pending": {
        const taken = takeOver(deps, live, reply.permit, reply.epoch)
        const late = (await within(clock, leftMs(), taken)) === LATE
        if (late) return { kind: "pending" }
        const answer = answerFromFold(sale, request)
        if (answer) return answer
        break
      }
      case "wait":
        if (reply.waitMs >= leftMs()) return unavailable
        await sleep(clock, reply.waitMs)
        break
      case "invalid_quantity":
        throw new RangeError(`a quantity of ${request.quantity} should not have come past the edge`)
      default: {
        if ((await readUpTo(reply.rev)) === LATE) return unavailable
        const answer = answerFromFold(sale, request)
        if (answer) return answer
        if (reply.rev < sale.revision && !askedOnceMore) {
          // The gate lags this fold, so its "no" is not final: bring it up to date and ask once more.
          askedOnceMore = true
          await within(clock, leftMs(), live.pusher.push())
          break
        }
        if (isSoldOutForAll(reply)) live.soldOut.remember(askedAtMs, sale.revision)
        return refused(reply.kind)
      }
    }
  }
  return unavailable

  /** The answer of a permit under way; nothing when it turned out void. */
  function answerOf(committed: CommittedPermit | typeof LATE): ReserveAnswer | null {
    if (committed === LATE) return { kind: "pending" }
    if (committed.ok) return answerFromFold(sale, request)
    return committed.reason === "request_conflict" ? refused("request_conflict") : null
  }
}

const unavailable = { kind: "unavailable" } as const
const refused = (reason: ReserveRefusal): ReserveAnswer => ({ kind: "refused", reason })

/** What the log holds for this request; null when it holds nothing. */
export function answerFromFold(
  sale: FlashSale.Sale,
  { requestId, payloadHash }: Pick<ReserveRequest, "requestId" | "payloadHash">,
): ReserveAnswer | null {
  const outcome = sale.outcomes.get(requestId)
  if (!outcome) return null
  if (outcome.payloadHash !== payloadHash) return refused("request_conflict")
  if (outcome.kind === "accepted") return { kind: "accepted", outcome }
  return refused(outcome.reason === "expired" ? "request_expired" : outcome.reason)
}

/** Nothing is left for anybody, and no permit under way can come back. */
const isSoldOutForAll = (reply: ReserveReply): boolean =>
  reply.kind === "sold_out" && reply.stock === 0 && !reply.permitsPending
