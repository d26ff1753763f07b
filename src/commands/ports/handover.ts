import type { Lease } from "./leases.ts"

/**
 * How a process has another one write for it on a sale's stream: a list that the writer empties, and a bell. Economy
 * only: what is laid there may be lost or taken late, and whoever laid it must be able to do it themselves, and does.
 */
export interface Handover {
  /** Who writes, of the processes that serve the sale. */
  leaseOf(saleId: string): Lease
  /** Lays texts at the end of the list and rings; false when it is too long already. Throws `GateUnavailable`. */
  offer(saleId: string, texts: readonly string[]): Promise<boolean>
  /** Takes the oldest of what lies there, at most `max`. Throws `GateUnavailable`. */
  take(saleId: string, max: number): Promise<readonly string[]>
  /** Calls `run` whenever something was laid there, as far as this process hears of it; returns how to stop. */
  onBell(saleId: string, run: () => void): () => void
  close(): Promise<void>
}
