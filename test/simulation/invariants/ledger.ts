import type { RecordedEvent } from "../../../src/domain/event.ts"
import * as FlashSale from "../../../src/domain/flash-sale.ts"
import { Violation } from "./violation.ts"

/** The sale at one revision, as its events add up to it. */
export interface Entry {
  readonly capacity: number
  readonly taken: number
  readonly units: ReadonlyMap<string, number>
  readonly perUserLimit: number
  readonly epoch: number
  readonly paused: boolean
  /** The request that this event has sold cups to, by a permit. */
  readonly soldTo: string | null
}

/** What the log holds of a request. */
export type Decided = FlashSale.EventOf<"StockReserved"> | FlashSale.EventOf<"PermitRefused">

export interface Ledger {
  /** Adds an event of the sale's stream; throws a `Violation` when the stream is wrong from here on (I1, I2, I3). */
  add(event: RecordedEvent): FlashSale.Event
  /** The sale at a revision; undefined where the log has none. */
  at(revision: number): Entry | undefined
  readonly head: () => number
  readonly decided: ReadonlyMap<string, Decided>
  /** Order id -> its units, of reservations that still hold cups. */
  readonly holding: ReadonlyMap<string, number>
}

/** Keeps its own count of the sale's stream, apart from the product's fold, and checks every prefix of it. */
export function createLedger(): Ledger {
  const entries: Entry[] = []
  const decided = new Map<string, Decided>()
  const holding = new Map<string, number>()
  const released = new Set<string>()
  let now: Entry = {
    capacity: 0,
    taken: 0,
    units: new Map(),
    perUserLimit: 0,
    epoch: 0,
    paused: false,
    soldTo: null,
  }

  function take(userId: string, quantity: number): void {
    const units = new Map(now.units)
    const left = (units.get(userId) ?? 0) + quantity
    if (left === 0) units.delete(userId)
    else units.set(userId, left)
    now = { ...now, taken: now.taken + quantity, units }
  }

  function reserved(event: FlashSale.EventOf<"StockReserved">): void {
    const { userId, quantity, orderId, requestId } = event.data
    take(userId, quantity)
    if (requestId !== FlashSale.lateRequestId(orderId)) now = { ...now, soldTo: requestId }
    if (now.taken > now.capacity)
      throw new Violation("I1 never oversold", `${now.taken} of ${now.capacity} cups at ${entries.length}`)
    if ((now.units.get(userId) ?? 0) > now.perUserLimit)
      throw new Violation(
        "I2 no user over the limit",
        `${userId} has ${now.units.get(userId)} at ${entries.length}`,
      )
    holding.set(orderId, (holding.get(orderId) ?? 0) + quantity)
  }

  function add({ type, data }: RecordedEvent): FlashSale.Event {
    const event = FlashSale.parse(type, data)
    now = { ...now, soldTo: null }
    switch (event.type) {
      case "FlashSaleScheduled":
        now = { ...now, capacity: event.data.stock, perUserLimit: event.data.perUserLimit }
        break
      case "FlashSaleChanged":
        now = {
          ...now,
          capacity: now.capacity + event.data.stockDelta,
          perUserLimit: event.data.perUserLimit,
        }
        break
      case "StockAdjusted":
        now = { ...now, capacity: now.capacity + event.data.delta }
        if (now.taken > now.capacity)
          throw new Violation("I1 never oversold", `adjusted to ${now.capacity} with ${now.taken} taken`)
        break
      case "FlashSalePaused":
      case "FlashSaleResumed":
        now = { ...now, paused: event.type === "FlashSalePaused" }
        break
      case "GateOpened":
        now = { ...now, epoch: event.data.epoch }
        break
      case "StockReserved":
      case "PermitRefused":
        if (decided.has(event.data.requestId))
          throw new Violation("I3 one outcome a request", `${event.data.requestId} has two`)
        decided.set(event.data.requestId, event)
        if (event.type === "StockReserved") reserved(event)
        break
      case "ReservationReleased": {
        const { requestId, orderId, userId, quantity } = event.data
        if (released.has(requestId) || decided.get(requestId)?.type !== "StockReserved")
          throw new Violation(
            "I3 released once",
            `${requestId} is released a second time, or was never reserved`,
          )
        released.add(requestId)
        take(userId, -quantity)
        const left = (holding.get(orderId) ?? 0) - quantity
        if (left === 0) holding.delete(orderId)
        else holding.set(orderId, left)
        break
      }
      case "FlashSaleClosed":
        break
    }
    entries.push(now)
    return event
  }

  return { add, at: (revision) => entries[revision], head: () => entries.length - 1, decided, holding }
}
