import type { Handover, HandoverListener } from "../../src/commands/ports/handover.ts"
import type { Claim, Lease } from "../../src/commands/ports/leases.ts"

export interface HandoverServer {
  /** The port as one process sees it. */
  process(): Handover
  /** Ends every lease under its holder. */
  endLeases(): void
  /** Every text that lies in some list. */
  lying(): readonly string[]
}

/** The handover's port in memory, for tests that must own every moment; held to the port's contract suite. */
export function createMemoryHandover(now: () => number, leaseMs = 2_000, listMax = 10_000): HandoverServer {
  const lists = new Map<string, string[]>()
  const leases = new Map<string, { holder: Lease; untilMs: number }>()
  /** Who listens, by name: one listener a sale. */
  const listening = new Map<string, Map<string, HandoverListener>>()
  let names = 0

  function leaseOf(name: string): Lease {
    const lease: Lease = {
      async claim(): Promise<Claim> {
        const held = leases.get(name)
        if (held && held.holder !== lease && held.untilMs > now()) return "taken"
        leases.set(name, { holder: lease, untilMs: now() + leaseMs })
        return "mine"
      },
      async release() {
        if (leases.get(name)?.holder === lease) leases.delete(name)
      },
    }
    return lease
  }

  return {
    endLeases: () => leases.clear(),
    lying: () => [...lists.values()].flat(),
    process() {
      const name = `process ${++names}`
      const listeners = new Map<string, HandoverListener>()
      listening.set(name, listeners)
      return {
        leaseOf,
        async offer(saleId, texts) {
          const list = lists.get(saleId) ?? []
          if (list.length + texts.length > listMax) return false
          lists.set(saleId, [...list, ...texts])
          for (const each of listening.values()) each.get(saleId)?.rang(name)
          return true
        },
        async take(saleId, max) {
          return lists.get(saleId)?.splice(0, max) ?? []
        },
        tell(to, saleId, text) {
          for (const each of to) listening.get(each)?.get(saleId)?.told(text)
        },
        listen(saleId, listener) {
          listeners.set(saleId, listener)
          return () => void listeners.delete(saleId)
        },
        async close() {
          listening.delete(name)
        },
      }
    },
  }
}
