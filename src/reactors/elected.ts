import { type Clock, sleep } from "../commands/ports/clock.ts"
import type { Lease } from "../commands/ports/leases.ts"

/** How often a lease is claimed, held or not, in milliseconds: a tenth of its time. */
const CLAIM_EVERY_MS = 400

export interface Workers {
  /** Ends after what is under way. */
  stop(): Promise<void>
}

/** Runs a worker, in this process at once or in one of many. */
export type Elect = (name: string, start: () => Workers) => Workers

/** For a process that is the only one. */
export const alone: Elect = (_name, start) => start()

export interface ElectedDeps {
  readonly clock: Clock
  readonly lease: Lease
  /** Told when the worker begins and ends to work here. */
  readonly onActive: (active: boolean) => void
  /** Told when another process has taken over what was done here. */
  readonly onLost: () => void
}

/**
 * Has a worker run in one process of many: in the one that holds the lease. While nobody can say who does, everything
 * stays as it is, since an active worker too many is right and none is late.
 */
export function elected({ clock, lease, onActive, onLost }: ElectedDeps, start: () => Workers): Workers {
  const stopping = new AbortController()
  let worker: Workers | null = null
  const ended = run()
  return {
    stop() {
      stopping.abort()
      return ended
    },
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const claim = await lease.claim()
      if (claim === "mine" && !worker) begin()
      if (claim === "taken" && worker) {
        onLost()
        await end()
      }
      await sleep(clock, CLAIM_EVERY_MS, stopping.signal)
    }
    await end()
    await lease.release()
  }

  function begin(): void {
    worker = start()
    onActive(true)
  }

  async function end(): Promise<void> {
    await worker?.stop()
    worker = null
    onActive(false)
  }
}
