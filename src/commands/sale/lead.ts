import type { Clock } from "../ports/clock.ts"
import type { Lease } from "../ports/leases.ts"

/** How often the lease is claimed, held or not, while there is something to write; a quarter of its time. */
const CLAIM_EVERY_MS = 500

/** Which process writes on a sale's stream. Economy only: several who think they do are right, and slow. */
export interface Lead {
  /** False while another process is known to write. Claims the lease now and then, behind the caller's back. */
  isHere(): boolean
  /** Claims now: whoever had it may be gone. */
  claim(): void
  /** Gives the lease up, if it is held. */
  release(): Promise<void>
}

/**
 * Whoever has something to write writes, until the lease says that another process does: so that one process alone,
 * or any while Redis is away, never waits for an answer about it. `onWon` is told at every claim that succeeds.
 */
export function createLead(lease: Lease, clock: Clock, onWon: () => void): Lead {
  let here = true
  let claimAtMs = Number.NEGATIVE_INFINITY
  let claiming = false

  async function claim(): Promise<void> {
    if (claiming) return
    claiming = true
    const claimed = await lease.claim()
    claiming = false
    here = claimed !== "taken"
    claimAtMs = clock.elapsed() + CLAIM_EVERY_MS
    if (claimed === "mine") onWon()
  }

  return {
    isHere() {
      if (clock.elapsed() >= claimAtMs) void claim()
      return here
    },
    claim: () => void claim(),
    release: () => lease.release(),
  }
}
