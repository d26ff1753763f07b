import { createNames } from "../columns/names.ts"
import { toInstant } from "../time.ts"
import type { Terms } from "./events.ts"
import type { Accepted } from "./outcome.ts"
import { createOutcomes, type OutcomeRows, type Outcomes } from "./outcomes.ts"
import { createUnits, type Units, type UnitsByUser } from "./units.ts"

/** A command outside the hot path that was accepted, as it was answered. */
export interface Remembered {
  readonly payloadHash: string
  readonly status: Status
  readonly position: bigint
}

/** The fold of one sale's stream. Mutable: it holds every request of the sale, and is folded in place. */
export interface Sale {
  readonly id: string
  /** Revision of the last event folded; -1 before the first. */
  revision: number
  /** Commit position of the last event folded. */
  position: bigint
  terms: Terms | null
  startsAtMs: number
  endsAtMs: number
  /** All cups of the sale: the stock with every adjustment. */
  capacity: number
  /** Cups held or sold: reserved - released. */
  taken: number
  paused: boolean
  closed: boolean
  /** Of the gate; permits of an older one are void. */
  epoch: number
  readonly unitsOf: Units
  readonly outcomes: Outcomes
  /** The last commands outside the hot path, by event type and request id; the oldest is forgotten. */
  readonly remembered: Map<string, Remembered>
}

/** The fold itself, as opposed to a draft over it. */
export interface Fold extends Sale {
  readonly unitsOf: UnitsByUser
  readonly outcomes: OutcomeRows
}

export const STATUSES = ["scheduled", "open", "paused", "ended", "closed"] as const
export type Status = (typeof STATUSES)[number]

export function initial(id: string): Fold {
  const users = createNames()
  return {
    id,
    revision: -1,
    position: 0n,
    terms: null,
    startsAtMs: 0,
    endsAtMs: 0,
    capacity: 0,
    taken: 0,
    paused: false,
    closed: false,
    epoch: 0,
    unitsOf: createUnits(users),
    outcomes: createOutcomes(id, users),
    remembered: new Map(),
  }
}

/** What the sale is at an instant. All but `open` and `paused` refuse with `sale_not_open`. */
export function statusAt(
  sale: Pick<Sale, "closed" | "paused" | "startsAtMs" | "endsAtMs">,
  atMs: number,
): Status {
  if (sale.closed) return "closed"
  if (atMs < sale.startsAtMs) return "scheduled"
  if (atMs >= sale.endsAtMs) return "ended"
  return sale.paused ? "paused" : "open"
}

/** What a sale with these terms is at an instant, before anything was done to it. */
export const statusOf = ({ startsAt, endsAt }: Pick<Terms, "startsAt" | "endsAt">, atMs: number): Status =>
  statusAt(
    { closed: false, paused: false, startsAtMs: Date.parse(startsAt), endsAtMs: Date.parse(endsAt) },
    atMs,
  )

/** A key is scoped to its route, and each of these routes has its own event. */
export const rememberedAs = (type: string, requestId: string): string => `${type} ${requestId}`

/** The 201's `payBy` of a reservation. */
export const payByOf = (accepted: Accepted): string => toInstant(accepted.payByMs)
