import type * as FlashSale from "../../domain/flash-sale.ts"
import type { SaleDeps } from "./deps.ts"
import { createFollower, type Follower } from "./follower.ts"
import { createGatePusher, type GatePusher } from "./gate-pusher.ts"
import { createGateRebuild, type GateRebuild } from "./gate-rebuild.ts"
import { createGateSight, type GateSight } from "./gate-sight.ts"
import { type Commit, commitHere, createHandOver } from "./hand-over.ts"
import { type Handed, idsFrom } from "./handed.ts"
import { createPermits, type Permits } from "./permits.ts"
import { createSnapshots } from "./snapshots.ts"
import { createSoldOutMemory, type SoldOutMemory } from "./sold-out-memory.ts"
import { isOverFor, watchGate } from "./watch.ts"
import { createWriter, type Writer } from "./writer.ts"

/** One sale as this process serves it: its fold, its queue for the log, its gate, and what it remembers. */
export interface LiveSale {
  readonly sale: FlashSale.Fold
  readonly follower: Follower
  readonly writer: Writer
  /** By this process, or by the one that writes on the stream for all. */
  readonly commit: Commit
  /** By this process, whoever else writes. */
  readonly commitHere: Commit
  readonly permits: Permits
  readonly pusher: GatePusher
  readonly rebuild: GateRebuild
  readonly soldOut: SoldOutMemory
  /** For whoever measures. */
  readonly sight: GateSight
  /** False when so many buyers wait for the log that the next is to be told to come back. */
  hasRoom(): boolean
  /** Over for good: answered from the fold alone. */
  isOver(): boolean
  /** Finishes what is queued, then lets the sale go; at most `graceMs`. */
  stop(graceMs: number): Promise<void>
}

/**
 * Folds the sale's stream, from its last snapshot on, and begins to serve it; null for a sale that does not exist. Throws
 * `EventStoreUnavailable`.
 */
export async function openLiveSale(deps: SaleDeps, saleId: string): Promise<LiveSale | null> {
  const { clock, report, store, times } = deps
  const snapshots = createSnapshots(deps, saleId)
  const sale = await snapshots.join()
  if (!sale) return null
  const follower = createFollower(sale, store, clock)
  await follower.catchUp()

  const isOver = () => isOverFor(sale, clock.now(), times.afterEndMs)
  const stopped = new AbortController()
  const { signal } = stopped
  const writer = createWriter(deps, follower, signal, (written) => {
    // Those who are told have buyers that wait; nobody waits for the gate.
    handOver?.tell(written)
    void pusher.push()
  })
  const gate = createGateRebuild(deps, follower, writer, signal)
  const pusher = createGatePusher(deps, follower, () => {
    // A sale that is over still has its cups released; nobody asks its gate any more.
    if (!isOver()) void rebuild.ensureLoaded()
  })
  // What was appended while the image was on its way has not reached the gate yet.
  const rebuild: GateRebuild = { ensureLoaded: () => gate.ensureLoaded().then(pusher.push) }
  const here = commitHere(writer)
  const handOver = deps.handover
    ? createHandOver({ ...deps, handover: deps.handover }, follower, writer, receive)
    : null
  const commit = handOver?.commit ?? here
  const permits = createPermits(deps, follower, writer, commit)
  const soldOut = createSoldOutMemory(times.soldOutMemoryMs)
  const sight = createGateSight(clock, follower, times.lookEveryMs)

  const background = [
    follower.follow(times.echoesMax, signal),
    snapshots.keep(sale, signal),
    watchGate(deps, { follower, writer, pusher, rebuild, permits, sight }, signal),
  ]
  for (const task of background) task.catch((cause) => report("a sale is no longer followed", cause, saleId))

  return {
    sale,
    follower,
    writer,
    commit,
    commitHere: here,
    permits,
    pusher,
    rebuild,
    soldOut,
    sight,
    hasRoom: () => writer.hasRoom() && (handOver?.hasRoom() ?? true),
    isOver,
    async stop(graceMs) {
      await handOver?.stop()
      const expired = new Promise<void>((resolve) => clock.after(graceMs, resolve))
      await Promise.race([writer.idle(), expired])
      stopped.abort()
      await Promise.allSettled(background)
    },
  }

  /** Does what another process handed over, under the ids that it gave. */
  function receive({ command, context, eventIds }: Handed): void {
    const by: Commit = (command, context) => here(command, context, idsFrom(eventIds, deps.newId))
    const done =
      command.kind === "reserve"
        ? permits.commit(command.permit, command.epoch, by).done
        : by(command, context)
    done.catch((cause) => report("what another process handed over was not written", cause, saleId))
  }
}
