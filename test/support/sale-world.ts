import type { EventStore } from "../../src/commands/ports/event-store.ts"
import type { Gate } from "../../src/commands/ports/gate.ts"
import type { Handover } from "../../src/commands/ports/handover.ts"
import { type Arrival, type ReserveAnswer, reserveStock } from "../../src/commands/reserve-stock.ts"
import {
  defaultSaleTimes,
  noObserver,
  type SaleDeps,
  type SaleObserver,
  type SaleTimes,
} from "../../src/commands/sale/deps.ts"
import type { LiveSale } from "../../src/commands/sale/live-sale.ts"
import { createLiveSales } from "../../src/commands/sale/live-sales.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { createInProcessGate } from "../../src/infra/in-process-gate.ts"
import { createMemoryLog, type MemoryLog } from "./memory-log.ts"
import { SALE_ID, START_MS, scheduled } from "./scenario.ts"
import { createVirtualClock, type VirtualClock } from "./virtual-clock.ts"

let ids = 0
const newId = () => `00000000-0000-4000-8000-${(++ids).toString(16).padStart(12, "0")}`

export interface World {
  readonly clock: VirtualClock
  readonly log: MemoryLog
  /** The gate; `loseGate` puts an empty one of another run in its place, as a restart of Redis would. */
  readonly gate: Gate
  loseGate(): void
  /** The sale's events so far. */
  events(): FlashSale.Event[]
  /** Another process that serves the sale; its log and gate may be tampered with, and it may know a handover. */
  process(
    tamper?: { store?: Partial<EventStore>; gate?: Partial<Gate>; handover?: Handover },
    observer?: SaleObserver,
  ): Promise<Process>
  /** The gate's stock and pending units against the fold of the log at the gate's revision (I9). */
  drift(): Promise<number>
}

export interface Process {
  readonly live: LiveSale
  readonly deps: SaleDeps
  /** Asks for cups as a request would; `key` makes it another request of the user. */
  buy(user: string, units?: number, key?: string): Promise<ReserveAnswer>
  stop(): Promise<void>
}

/** One sale on a log and a gate in memory, a clock that stands, and as many processes as a test wants. */
export async function saleWorld(
  terms: Partial<FlashSale.Terms> = {},
  times: Partial<SaleTimes> = {},
): Promise<World> {
  const clock = createVirtualClock(START_MS + 1_000)
  const allTimes = { ...defaultSaleTimes, ...times }
  const newGate = () => createInProcessGate({ now: clock.now, times: allTimes })
  const log = createMemoryLog(clock.now)
  const stream = FlashSale.streamOf(SALE_ID)
  const { type, data } = scheduled(terms)
  const metadata = {
    correlationId: "t",
    causationId: "t",
    actor: "admin:t",
    schemaVersion: 1,
    codeVersion: "t",
  }
  await log.append(stream, "no_stream", [{ id: newId(), type, data, metadata }])

  let current = newGate()
  // Every verb goes to the gate of the moment, so that processes meet its loss as they would meet Redis's.
  const gate = new Proxy({} as Gate, { get: (_, verb: keyof Gate) => current[verb].bind(current) })

  const events = () =>
    log.all.flatMap((event) => (event.stream === stream ? [FlashSale.parse(event.type, event.data)] : []))
  return {
    clock,
    log,
    gate,
    events,
    loseGate() {
      current = newGate()
    },
    async process({ store = {}, gate: gateTamper = {}, handover } = {}, observer = noObserver) {
      const deps: SaleDeps = {
        store: { ...log, ...store },
        gate: new Proxy({} as Gate, { get: (_, verb: keyof Gate) => gateTamper[verb] ?? gate[verb] }),
        handover: handover ?? null,
        clock,
        newId,
        random: () => 0.5,
        times: allTimes,
        report: () => {},
        observer,
      }
      const sales = createLiveSales(deps)
      const live = (await sales.get(SALE_ID))!
      return {
        live,
        deps,
        async buy(user, units = 1, key = "k1") {
          const arrival: Arrival = {
            deadlineMs: clock.elapsed() + allTimes.requestDeadlineMs,
            isGone: () => false,
          }
          const payloadHash = `hash-${units}`
          const request = { requestId: `${user}:${key}`, userId: user, quantity: units, payloadHash }
          return reserveStock(deps, live, request, arrival)
        },
        stop: () => sales.stop(),
      }
    },
    async drift() {
      const seen = await current.look(SALE_ID)
      if (seen.kind === "not_loaded") return 0
      const sale = FlashSale.initial(SALE_ID)
      events()
        .slice(0, seen.rev + 1)
        .forEach((event, revision) => {
          FlashSale.evolve(sale, event, { revision, position: 0n })
        })
      return seen.stock + seen.pendingUnits - (sale.capacity - sale.taken)
    },
  }
}
