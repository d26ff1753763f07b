import { type Clock, sleep } from "../../src/commands/ports/clock.ts"
import type { LeaseOf } from "../../src/commands/ports/leases.ts"
import { noObserver, type SaleDeps, type SaleTimes } from "../../src/commands/sale/deps.ts"
import { createLiveSales, type LiveSales } from "../../src/commands/sale/live-sales.ts"
import type { Db } from "../../src/projections/database.ts"
import { READ_MODELS, startProjector } from "../../src/projections/projector.ts"
import { alone, type Elect, elected, type Workers } from "../../src/reactors/elected.ts"
import { startReactors, startTimers, type WorkersDeps } from "../../src/reactors/start.ts"
import { SALE_ID } from "../support/scenario.ts"
import { type Owner, ownerOf, type Timeline } from "./timeline.ts"

/** One life of a process: after a crash the next one begins with nothing but what the servers keep. */
export interface Life {
  readonly owner: Owner
  readonly deps: SaleDeps
  readonly sales: LiveSales
  readonly workers: Workers
}

/** A process: its lives come and go, its place in the plan stays. */
export interface Node {
  readonly index: number
  /** Null while it is down. */
  life: Life | null
}

export interface NodeDeps {
  readonly timeline: Timeline
  readonly clockOf: (owner: Owner, index: number) => Clock
  readonly serversOf: (owner: Owner) => Pick<
    WorkersDeps,
    "gateway" | "dueOrders" | "dueRefunds" | "checkpoints"
  > &
    Pick<SaleDeps, "store" | "gate" | "handover"> & { readonly db: Db | null } & {
      readonly leaseOf: LeaseOf | null
    }
  readonly times: SaleTimes
  readonly newId: () => string
  readonly jitterOf: (owner: Owner) => () => number
  /** Whether the read models show the sale as open. */
  readonly isOpen: () => boolean
  /** Told of what a process reports; an outage is expected, anything else is not. */
  readonly onTrouble: (owner: Owner, what: string, cause: unknown) => void
}

const electedBy =
  (leaseOf: LeaseOf, clock: Clock): Elect =>
  (name, start) =>
    elected({ clock, lease: leaseOf(name), onActive: () => {}, onLost: () => {} }, start)

/** Starts a process with every role, wired as `assemble.ts` wires it. */
export function startLife(node: Node, nth: number, deps: NodeDeps): Life {
  const owner = ownerOf(`p${node.index + 1}${"'".repeat(nth)}`)
  const { leaseOf, store, gate, handover, db, ...servers } = deps.serversOf(owner)
  const clock = deps.clockOf(owner, node.index)
  const { times, newId } = deps
  const random = deps.jitterOf(owner)
  const report = (what: string, cause: unknown) => deps.onTrouble(owner, what, cause)
  const saleDeps: SaleDeps = {
    ...{ store, gate, handover, clock, newId, random, times, observer: noObserver, report },
  }
  const sales = createLiveSales(saleDeps)
  const working: WorkersDeps = {
    ...{ store, clock, newId, sales, ...servers },
    elect: leaseOf ? electedBy(leaseOf, clock) : alone,
    onFailure: report,
  }
  const parts: Workers[] = [startReactors(working), startTimers(working)]
  const projecting = {
    store,
    clock,
    onPassed: () => {},
    onFailure: (cause: unknown) => report(READ_MODELS, cause),
  }
  if (db) parts.push(working.elect(READ_MODELS, () => startProjector({ ...projecting, db })))
  void followOpenSale(sales, clock, deps.isOpen)
  const workers = { stop: async () => void (await Promise.all(parts.map((part) => part.stop()))) }
  return { owner, deps: saleDeps, sales, workers }
}

/** A process folds the open sales before it is ready, as long as that takes. */
async function followOpenSale(sales: LiveSales, clock: Clock, isOpen: () => boolean): Promise<void> {
  while (isOpen()) {
    if (await sales.get(SALE_ID).catch(() => null)) return
    await sleep(clock, 200)
  }
}

/** Ends a life at once: what it sent is still on its way, and nothing else of it is left. */
export function crash(node: Node): void {
  if (node.life) node.life.owner.state = "dead"
  node.life = null
}
