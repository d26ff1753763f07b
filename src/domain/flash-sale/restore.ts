import { orderIdAt } from "./events.ts"
import { setTerms, take } from "./evolve.ts"
import type { Outcome } from "./outcomes.ts"
import type { SnapshotPart } from "./snapshot.ts"
import type { Fold } from "./state.ts"

/**
 * Brings a fold on by a whole snapshot that continues it; yields now and then, so that others may have their turn. False
 * when what came of it contradicts the snapshot's own numbers: the fold is then worth nothing.
 */
export function* restore(sale: Fold, parts: readonly SnapshotPart[]): Generator<void, boolean> {
  for (const part of parts) {
    for (const request of part.requests) restoreRequest(sale, part, request)
    yield
  }
  for (const part of parts) {
    for (const [revision, releasedAt] of part.released) restoreRelease(sale, revision, releasedAt)
    yield
  }
  const last = parts.at(-1)
  if (!last?.state || last.state.taken !== sale.taken) return false
  const { position, terms, capacity, paused, closed, epoch, remembered } = last.state
  Object.assign(sale, {
    revision: last.revision,
    position: BigInt(position),
    capacity,
    paused,
    closed,
    epoch,
  })
  if (terms) setTerms(sale, terms)
  sale.remembered.clear()
  for (const [as, { payloadHash, status, position }] of remembered)
    sale.remembered.set(as, { payloadHash, status, position: BigInt(position) })
  return true
}

function restoreRequest(
  sale: Fold,
  { payloadHashes }: SnapshotPart,
  request: SnapshotPart["requests"][number],
) {
  const [revision, requestId, hash] = request
  const payloadHash = payloadHashes[hash] ?? ""
  sale.outcomes.set(outcomeOf())
  if (request.length === 9) take(sale, request[3], request[4])

  function outcomeOf(): Outcome {
    if (request.length === 4) return { kind: "refused", reason: request[3], requestId, payloadHash, revision }
    const [, , , userId, quantity, amountFen, payByMs, position, otherOrder] = request
    return {
      ...{ kind: "accepted", requestId, userId, quantity, amountFen, payByMs, payloadHash, revision },
      orderId: otherOrder ?? orderIdAt(sale.id, revision),
      position: BigInt(position),
      releasedAt: 0,
    }
  }
}

function restoreRelease(sale: Fold, revision: number, releasedAt: number): void {
  const outcome = sale.outcomes.at(revision)
  if (outcome?.kind !== "accepted") return
  sale.outcomes.set({ ...outcome, releasedAt })
  take(sale, outcome.userId, -outcome.quantity)
}
