import type { Lease } from "./leases.ts"

/** What a process hears from others of one sale. */
export interface HandoverListener {
  /** The process of this name has laid something down. */
  readonly rang: (by: string) => void
  /** Another one tells what it has written. */
  readonly told: (text: string) => void
}

/**
 * How a process has another one write for it on a sale's stream: a list that the writer empties, a bell, and a way to tell
 * whoever rang what was written. Economy only: what is laid there may be lost or taken late, and whoever laid it must be able
 * to do it themselves, and does; what is told may be lost, late, or told twice, and stands in the stream as well.
 */
export interface Handover {
  /** Who writes, of the processes that serve the sale. */
  leaseOf(saleId: string): Lease
  /** Lays texts at the end of the list and rings; false when it is too long already. Throws `GateUnavailable`. */
  offer(saleId: string, texts: readonly string[]): Promise<boolean>
  /** Takes the oldest of what lies there, at most `max`. Throws `GateUnavailable`. */
  take(saleId: string, max: number): Promise<readonly string[]>
  /** Tells the processes of these names something of the sale. */
  tell(names: readonly string[], saleId: string, text: string): void
  /** Hears the bell and what this process is told, as far as it comes; one listener a sale. Returns how to stop. */
  listen(saleId: string, listener: HandoverListener): () => void
  close(): Promise<void>
}
