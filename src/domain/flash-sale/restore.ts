import { setTerms, take } from "./evolve.ts"
import { released } from "./outcome.ts"
import type { SnapshotPart } from "./snapshot.ts"
import { unpackRows } from "./snapshot-rows.ts"
import type { Fold } from "./state.ts"

/**
 * Brings a fold on by a whole snapshot that continues it; yields now and then, so that others may have their turn. False
 * when what came of it contradicts the snapshot's own numbers: the fold is then worth nothing.
 */
export function* restore(sale: Fold, parts: readonly SnapshotPart[]): Generator<void, boolean> {
  for (const part of parts) {
    for (const outcome of unpackRows(sale.id, part.requests)) {
      sale.outcomes.set(outcome)
      if (outcome.kind === "accepted") take(sale, outcome.userId, outcome.quantity)
    }
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

function restoreRelease(sale: Fold, revision: number, releasedAt: number): void {
  const outcome = sale.outcomes.at(revision)
  if (outcome?.kind !== "accepted") return
  sale.outcomes.set(released(outcome, releasedAt))
  take(sale, outcome.userId, -outcome.quantity)
}
