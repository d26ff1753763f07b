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
  { sale, changesFrom }: Pick<Follower, "sale" | "changesFrom">,
  onNotLoaded: () => void,
): GatePusher {
  /** What the gate is known to have applied; a wrong guess is answered with `gap` and the right number. */
  let gateRev = -1
  let again = false
  let pushing: Promise<void> | null = null

  async function drain(): Promise<void> {
    do {
      again = false
      while (gateRev < sale.revision) {
        const changes = (await changesFrom(gateRev + 1)).slice(0, PUSH_MAX)
        const reply = await gate.apply(sale.id, gateRev + 1, changes)
        if (reply.kind === "not_loaded") return onNotLoaded()
        gateRev = reply.rev
      }
    } while (again)
  }

  return {
    push() {
      again = true
      if (pushing === null) {
        gateRev = Math.min(gateRev, sale.revision - 1)
        pushing = drain()
          .catch((cause) =>
            report("the gate was not told of new events; the next look tells it", cause, sale.id),
          )
          .finally(() => {
            pushing = null
          })
      }
      return pushing
    },
  }
}
