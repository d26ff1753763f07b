import { reject } from "../../domain/decision.ts"
import * as FlashSale from "../../domain/flash-sale.ts"
import type { SaleDeps } from "./deps.ts"
import type { Follower } from "./follower.ts"
import type { Committed, Decide, Writer } from "./writer.ts"

type PermitRejection = "not_found" | "request_conflict" | "permit_void"
type CommittedPermit = Committed<PermitRejection>

/** A permit that this process is committing. */
export interface Queued {
  readonly payloadHash: string
  readonly done: Promise<CommittedPermit>
}

export interface Permits {
  get(requestId: string): Queued | undefined
  /**
   * Queues the permit for commit, once: who asks again joins. `permit_void`: a fence of a newer epoch came in
   * between, and the permit counts for nothing.
   */
  commit(permit: FlashSale.Permit, epoch: number): Queued
  /** Ends a permit that nobody finished: gives it back if its request has an outcome, else refuses it for good. */
  settle(permit: FlashSale.Permit, gateRev: number, push: () => Promise<void>): Promise<void>
}

/** The permits of one sale on their way into the log. */
export function createPermits({ gate, report }: SaleDeps, { sale }: Follower, writer: Writer): Permits {
  const queued = new Map<string, Queued>()

  async function commit(permit: FlashSale.Permit, epoch: number): Promise<CommittedPermit> {
    let alreadyDecided = false
    const decide: Decide<PermitRejection> = (draft) => {
      alreadyDecided = draft.outcomes.has(permit.requestId)
      return !alreadyDecided && epoch < draft.epoch ? reject("permit_void") : FlashSale.reserve(draft, permit)
    }
    const committed = await writer.commit(decide, contextOf(permit))
    // No event of ours will take this permit away. The gate gives it back only once it has passed the outcome.
    const outcome = sale.outcomes.get(permit.requestId)
    if (alreadyDecided && outcome) gate.drop(sale.id, permit.requestId, outcome.revision).catch(notDropped)
    return committed
  }

  const notDropped = (cause: unknown) =>
    report("a permit was not given back; settlement will", cause, sale.id)

  return {
    get: (requestId) => queued.get(requestId),
    commit(permit, epoch) {
      const joined = queued.get(permit.requestId)
      if (joined) return joined
      const done = commit(permit, epoch).finally(() => queued.delete(permit.requestId))
      // Whoever waits for it hears of a failure; when nobody does any more, it must not end the process.
      done.catch(() => undefined)
      const own = { payloadHash: permit.payloadHash, done }
      queued.set(permit.requestId, own)
      return own
    },
    async settle(permit, gateRev, push) {
      if (queued.has(permit.requestId)) return
      const outcome = sale.outcomes.get(permit.requestId)
      if (outcome) {
        if (gateRev < outcome.revision) await push()
        await gate.drop(sale.id, permit.requestId, outcome.revision)
        return
      }
      await writer.commit((draft) => FlashSale.expire(draft, permit), {
        ...contextOf(permit),
        actor: "system:settlement",
      })
    },
  }
}

const contextOf = ({ requestId, userId }: FlashSale.Permit) => ({
  actor: `user:${userId}`,
  correlationId: requestId,
  causationId: requestId,
})
