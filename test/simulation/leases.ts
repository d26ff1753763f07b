import type { LeaseOf } from "../../src/commands/ports/leases.ts"
import type { Owner } from "./timeline.ts"
import type { Wire } from "./wire.ts"

const LIVES_MS = 1_500
const TIMEOUT_MS = 250

export interface Leases {
  leaseOf(owner: Owner): LeaseOf
  /** Every lease ends now, whatever its holder believes. */
  end(): void
}

/** Leases as Redis keeps them, behind the wire. */
export function createLeases(wire: Wire, nowMs: () => number): Leases {
  const held = new Map<string, { readonly by: Owner; readonly untilMs: number }>()

  return {
    leaseOf: (owner) => (name) => ({
      claim: () =>
        wire(owner, {
          name: "lease.claim",
          detail: () => name,
          perform() {
            const holder = held.get(name)
            if (holder && holder.by !== owner && holder.untilMs > nowMs()) return "taken"
            held.set(name, { by: owner, untilMs: nowMs() + LIVES_MS })
            return "mine"
          },
          timeoutMs: TIMEOUT_MS,
          unanswered: () => "unknown",
        }),
      async release() {
        if (held.get(name)?.by === owner) held.delete(name)
      },
    }),
    end: () => held.clear(),
  }
}
