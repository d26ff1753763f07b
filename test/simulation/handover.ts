import { GateUnavailable } from "../../src/commands/ports/gate.ts"
import type { Handover } from "../../src/commands/ports/handover.ts"
import { createMemoryHandover } from "../support/memory-handover.ts"
import { SALE_ID } from "../support/scenario.ts"
import type { Draw } from "./random.ts"
import type { Owner, Timeline } from "./timeline.ts"
import type { Wire } from "./wire.ts"

const TIMEOUT_MS = 250
const LEASE_MS = 2_000

export interface Handovers {
  /** The port as a process has it. */
  handoverOf(owner: Owner): Handover
  /** The lease of whoever writes ends under its holder. */
  endLeases(): void
  /** The server has lost lists and leases. */
  wipe(): Promise<void>
}

/**
 * Lists, bells and writers' leases, behind the wire that leads to the gate as well: what is laid may be lost, late or laid
 * twice, what is taken may never arrive, a bell may not be heard, and what is told may be lost, out of order, or told twice.
 */
export function createHandovers(
  wire: Wire,
  { timeline, draw, doubled }: { timeline: Timeline; draw: Draw; doubled: () => number },
): Handovers {
  const server = createMemoryHandover(timeline.nowMs, LEASE_MS)

  return {
    endLeases: server.endLeases,
    async wipe() {
      server.endLeases()
      await server.process().take(SALE_ID, Number.POSITIVE_INFINITY)
    },
    handoverOf(owner) {
      const port = server.process()
      const random = draw(`${owner.name} handover`)
      const ask = <Reply>(name: string, perform: () => Promise<Reply>, unanswered = unavailable) =>
        wire<Reply>(owner, { name, perform, timeoutMs: TIMEOUT_MS, unanswered: unanswered as () => Reply })
      return {
        leaseOf(saleId) {
          const lease = port.leaseOf(saleId)
          return {
            claim: () => ask("gate.claim writer", lease.claim, () => "unknown" as never),
            release: () => ask("gate.release writer", lease.release, () => undefined as never),
          }
        },
        offer: (saleId, texts) =>
          ask("gate.offer", async () => {
            if (random.chance(doubled())) await port.offer(saleId, texts)
            return port.offer(saleId, texts)
          }),
        take: (saleId, max) => ask("gate.take", () => port.take(saleId, max)),
        tell: port.tell,
        listen(saleId, { rang, told }) {
          const hear = (run: () => void) => {
            if (!random.chance(doubled())) timeline.after(random.between(0.1, 5), owner, run)
          }
          return port.listen(saleId, {
            rang: (name) => hear(() => rang(name)),
            told(text) {
              hear(() => told(text))
              if (random.chance(doubled())) hear(() => told(text))
            },
          })
        },
        close: port.close,
      }
    },
  }
}

const unavailable = (): never => {
  throw new GateUnavailable("no answer in time")
}
