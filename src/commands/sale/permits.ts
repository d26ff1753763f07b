import type * as FlashSale from "../../domain/flash-sale.ts"
import { expire } from "../../domain/flash-sale.ts"
import type { SaleDeps } from "./deps.ts"
import type { Follower } from "./follower.ts"
import type { Committed } from "./group.ts"
import type { Commit } from "./hand-over.ts"
import { contextOfPermit } from "./handed.ts"
import type { Writer } from "./writer.ts"

/**
 * After so many ended permits those under way move to a new map. A map that is filled and emptied all the time leaves its
 * used-up tables behind, and each of them holds the next: with one of them old, all live on until a full collection.
 */
const RENEW_AFTER = 512

/** What became of a permit that was to be committed. */
export type CommittedPermit = Committed<FlashSale.RefusalOf<"reserve">>

/** A permit that this process is committing. */
export interface Queued {
  readonly payloadHash: string
  readonly done: Promise<CommittedPermit>
}

export interface Permits {
  get(requestId: string): Queued | undefined
  /**
   * Queues the permit for commit, once: who asks again joins. `permit_void`: a fence of a newer epoch came in
   * between, and the permit counts for nothing. By whom it is written is `commit`'s choice, unless another is given.
   */
  commit(permit: FlashSale.Permit, epoch: number, by?: Commit): Queued
  /** Ends a permit that nobody finished: gives it back if its request has an outcome, else refuses it for good. */
  settle(permit: FlashSale.Permit, gateRev: number, push: () => Promise<void>): Promise<void>
}

/** The permits of one sale on their way into the log. */
export function createPermits(
  { gate, report }: SaleDeps,
  { sale }: Follower,
  writer: Writer,
  commit: Commit,
): Permits {
  let queued = new Map<string, Queued>()
  let ended = 0

  const finish = (permit: FlashSale.Permit, epoch: number, by: Commit): Promise<CommittedPermit> =>
    by({ kind: "reserve", permit, epoch }, contextOfPermit(permit)).then(
      (committed) => {
        leave(permit)
        // No event of ours will take this permit away. The gate gives it back only once it has passed the outcome.
        const outcome = committed.ok && !committed.appended ? sale.outcomes.get(permit.requestId) : undefined
        if (outcome) gate.drop(sale.id, permit.requestId, outcome.revision).catch(notDropped)
        return committed
      },
      (cause) => {
        leave(permit)
        throw cause
      },
    )

  function leave({ requestId }: FlashSale.Permit): void {
    queued.delete(requestId)
    ended += 1
    if (ended % RENEW_AFTER === 0) queued = new Map(queued)
  }

  const notDropped = (cause: unknown) =>
    report("a permit was not given back; settlement will", cause, sale.id)

  return {
    get: (requestId) => queued.get(requestId),
    commit(permit, epoch, by = commit) {
      const joined = queued.get(permit.requestId)
      if (joined) return joined
      const done = finish(permit, epoch, by)
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
      await writer.commit((draft) => expire(draft, permit), {
        ...contextOfPermit(permit),
        actor: "system:settlement",
      })
    },
  }
}
