import type { Clock } from "../ports/clock.ts"
import type { LookReply } from "../ports/gate.ts"
import type { Follower } from "./follower.ts"

/** A gate that was not seen for so many looks is not known any more. */
const LOOKS_MISSED = 5

/** What the looks at a sale's gate have shown, for whoever measures; nothing is decided by it. */
export interface GateSight {
  /** To be told of each look, before the fold is brought up to it. */
  saw(reply: LookReply): void
  /** The gate did not answer, or is no longer looked at. */
  lost(): void
  /** The last look and how many events of the fold the gate lacked; null when the gate is not known now. */
  last(): { readonly reply: LookReply; readonly gateLagEvents: number } | null
  /** For how long this process's fold has been known to lack events that the gate has, in milliseconds. */
  foldLagMs(): number
}

export function createGateSight(
  clock: Clock,
  { sale }: Pick<Follower, "sale">,
  lookEveryMs: number,
): GateSight {
  let seen: { reply: LookReply; gateLagEvents: number; atMs: number } | null = null
  let ahead: { rev: number; sinceMs: number } | null = null
  const lacks = () => ahead !== null && ahead.rev > sale.revision

  return {
    saw(reply) {
      const atMs = clock.elapsed()
      const rev = reply.kind === "loaded" ? reply.rev : sale.revision
      seen = { reply, gateLagEvents: Math.max(sale.revision - rev, 0), atMs }
      if (lacks()) return
      ahead = rev > sale.revision ? { rev, sinceMs: atMs } : null
    },
    lost() {
      seen = null
    },
    last: () => (seen && clock.elapsed() - seen.atMs <= LOOKS_MISSED * lookEveryMs ? seen : null),
    foldLagMs: () => (ahead && lacks() ? clock.elapsed() - ahead.sinceMs : 0),
  }
}
