import type * as FlashSale from "../domain/flash-sale.ts"
import type { Gate } from "./ports/gate.ts"
import type { LiveSale } from "./sale/live-sale.ts"

export type RequestStatus =
  | { readonly state: "accepted"; readonly outcome: FlashSale.Accepted }
  | { readonly state: "refused"; readonly reason: FlashSale.PermitRefusal }
  | { readonly state: "pending" }

/**
 * Where a request for cups stands; null when it is in no fold, queue or permit, and so is to be sent again with the
 * same key. Throws `GateUnavailable` or `EventStoreUnavailable`.
 */
export async function requestStatus(
  gate: Gate,
  { sale, permits, follower }: LiveSale,
  requestId: string,
): Promise<RequestStatus | null> {
  const known = fromFold()
  if (known) return known
  if (permits.get(requestId)) return { state: "pending" }
  const found = await gate.find(sale.id, requestId)
  if (found.kind === "pending" && found.epoch >= sale.epoch) return { state: "pending" }
  // Its permit may have been confirmed, and taken away, since the fold was asked.
  await follower.catchUp()
  return fromFold()

  function fromFold(): RequestStatus | null {
    const outcome = sale.outcomes.get(requestId)
    if (!outcome) return null
    return outcome.kind === "accepted"
      ? { state: "accepted", outcome }
      : { state: "refused", reason: outcome.reason }
  }
}
