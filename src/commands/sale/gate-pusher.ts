import type { SaleDeps } from "./deps.ts"
import type { Follower } from "./follower.ts"

/** Most changes of one push. */
const PUSH_MAX = 500

export interface GatePusher {
  /**
   * Brings the gate up to this process's fold: confirms, releases, adjusts and catches up, all by the same
   * events. Concurrent callers share one push. Never rejects: the next look pushes again.
   */
  push(): Promise<void>
}

/** `onNotLoaded` is told when the gate turns out to hold nothing that can be trusted. */
export function createGatePusher(
  { gate, report }: SaleDeps,
  { sale, changesFrom, gateHas }: Pick<Follower, "sale" | "changesFrom" | "gateHas">,
  onNotLoaded: () => void,
): GatePusher {
  /** What the gate is known to have applied; a wrong guess is answered with `gap` and the right number. */
  let gateRev = Number.POSITIVE_INFINITY
  let again = false
  let pushing: Promise<void> | null = null

  async function drain(): Promise<void> {
    try {
      do {
        again = false
        await pushOnce()
      } while (again)
    } catch (cause) {
      report("the gate was not told of new events; the next look tells it", cause, sale.id)
    }
    // At once with the check of `again`: a push that is wanted a moment later is one of its own.
    pushing = null
  }

  async function pushOnce(): Promise<void> {
    while (gateRev < sale.revision) {
      const changes = (await changesFrom(gateRev + 1)).slice(0, PUSH_MAX)
      const reply = await gate.apply(sale.id, gateRev + 1, changes)
      if (reply.kind === "not_loaded") return onNotLoaded()
      gateRev = reply.rev
      gateHas(gateRev)
    }
  }

  return {
    push() {
      again = true
      if (pushing === null) {
        gateRev = Math.min(gateRev, sale.revision - 1)
        pushing = Promise.resolve().then(drain)
      }
      return pushing
    },
  }
}
