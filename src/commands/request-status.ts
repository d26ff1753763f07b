import type * as FlashSale from "../domain/flash-sale.ts"
import type { SaleDeps } from "./sale/deps.ts"
import type { LiveSale } from "./sale/live-sale.ts"
import { takeOver } from "./sale/take-over.ts"

export type RequestStatus =
  | { readonly state: "accepted"; readonly outcome: FlashSale.Accepted }
  | { readonly state: "refused"; readonly reason: FlashSale.PermitRefusal }
  | { readonly state: "pending" }

/** The permits that this process waits for because somebody asked for them, by sale. */
const awaited = new WeakMap<LiveSale, Set<string>>()

/**
 * Where a request for cups stands; null when it is in no fold, queue or permit, and so is to be sent again with the
 * same key. A permit of another process that is asked for is committed here when its owner does not: the buyer waits
 * for it, and the owner may be dead. Throws `GateUnavailable` or `EventStoreUnavailable`.
 */
export async function requestStatus(
  deps: Pick<SaleDeps, "gate" | "clock" | "times" | "report">,
  live: LiveSale,
  requestId: string,
): Promise<RequestStatus | null> {
  const { sale, permits, follower } = live
  const known = fromFold()
  if (known) return known
  if (permits.get(requestId)) return { state: "pending" }
  const found = await deps.gate.find(sale.id, requestId)
  if (found.kind === "pending" && found.epoch >= sale.epoch) {
    awaitOnce(found.permit, found.epoch)
    return { state: "pending" }
  }
  // Its permit may have been confirmed, and taken away, since the fold was asked.
  await follower.catchUp()
  return fromFold()

  function awaitOnce(permit: FlashSale.Permit, epoch: number): void {
    const ids = awaited.get(live) ?? new Set()
    if (ids.has(requestId)) return
    awaited.set(live, ids.add(requestId))
    takeOver(deps, live, permit, epoch)
      .catch((cause) => deps.report("a permit was not taken over; settlement will end it", cause, sale.id))
      .finally(() => ids.delete(requestId))
  }

  function fromFold(): RequestStatus | null {
    const outcome = sale.outcomes.get(requestId)
    if (!outcome) return null
    return outcome.kind === "accepted"
      ? { state: "accepted", outcome }
      : { state: "refused", reason: outcome.reason }
  }
}
