import * as FlashSale from "../../domain/flash-sale.ts"
import type { EventStore } from "../ports/event-store.ts"
import type { Gate } from "../ports/gate.ts"

/** What the log says at one revision; cups. */
export interface LogNumbers {
  readonly epoch: number
  readonly rev: number
  readonly capacity: number
  /** Held and sold. */
  readonly taken: number
}

/** What the gate says; cups. `stock` is without those of the permits under way. */
export interface GateNumbers {
  readonly epoch: number
  readonly rev: number
  readonly stock: number
  readonly permits: number
  readonly pendingUnits: number
}

export interface GateStatus {
  /** The log at its end. */
  readonly log: LogNumbers
  /** Null when the gate holds nothing that can be trusted. */
  readonly gate: GateNumbers | null
  /** The log at the gate's revision; null when there is no gate, or when it claims a revision beyond the log. */
  readonly logAtGate: LogNumbers | null
  /** Cups that the gate has too many, or too few when negative, at its own revision; null without a comparison. */
  readonly drift: number | null
  /** Whether the gate contradicts the log: in cups, in epoch, or by a revision that the log does not have. */
  readonly drifted: boolean
}

/**
 * Compares the sale's gate with its stream; null for a sale that does not exist. Reads only. Throws
 * `GateUnavailable` and `EventStoreUnavailable`.
 */
export async function gateStatus(
  { store, gate }: { readonly store: EventStore; readonly gate: Gate },
  saleId: string,
): Promise<GateStatus | null> {
  // The gate first: what the log gains meanwhile lies beyond the gate's revision and does not look like drift.
  const seen = await gate.look(saleId)
  const sale = FlashSale.initial(saleId)
  let logAtGate: LogNumbers | null = null
  for await (const { revision, position, type, data } of store.readStream(FlashSale.streamOf(saleId))) {
    FlashSale.evolve(sale, FlashSale.parse(type, data), { revision: Number(revision), position })
    if (seen.kind === "loaded" && sale.revision === seen.rev) logAtGate = numbersOf(sale)
  }
  if (!sale.terms) return null
  const log = numbersOf(sale)
  if (seen.kind === "not_loaded") return { log, gate: null, logAtGate, drift: null, drifted: false }
  const { epoch, rev, stock, permits, pendingUnits } = seen
  const drift = logAtGate && stock + pendingUnits - (logAtGate.capacity - logAtGate.taken)
  const drifted = drift !== 0 || logAtGate?.epoch !== epoch
  return { log, gate: { epoch, rev, stock, permits, pendingUnits }, logAtGate, drift, drifted }
}

const numbersOf = ({ epoch, revision, capacity, taken }: FlashSale.Sale): LogNumbers => ({
  epoch,
  rev: revision,
  capacity,
  taken,
})
