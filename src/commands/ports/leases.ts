/** What an attempt to hold a lease came to; `unknown` when nobody answers. */
export type Claim = "mine" | "taken" | "unknown"

/**
 * A piece of work of which one process is enough. Economy only: a holder that stalls may learn late that another one
 * has taken over, so what both do must be right all the same.
 */
export interface Lease {
  /** Takes it, or goes on holding it, for some seconds from now. Never rejects. */
  claim(): Promise<Claim>
  /** Gives it up, if it is held, so that another process need not wait for its end. Never rejects. */
  release(): Promise<void>
}

/** The lease of this name, not yet held. */
export type LeaseOf = (name: string) => Lease
