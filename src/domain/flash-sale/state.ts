import { toInstant } from "../time.ts"
import type { PermitRefusal, Terms } from "./events.ts"

/** What became of a request for cups. Enough to answer it again for ever. */
export type Outcome =
  | {
      readonly kind: "accepted"
      readonly orderId: string
      readonly requestId: string
      readonly userId: string
      readonly quantity: number
      readonly amountFen: number
      readonly payByMs: number
      readonly payloadHash: string
      readonly revision: number
      readonly position: bigint
      readonly released: boolean
    }
  | {
      readonly kind: "refused"
      readonly reason: PermitRefusal
      readonly payloadHash: string
      readonly revision: number
    }
export type Accepted = Extract<Outcome, { kind: "accepted" }>

/** A command outside the hot path that was accepted, as it was answered. */
export interface Remembered {
  readonly payloadHash: string
  readonly status: Status
  readonly position: bigint
}

/** What a fold needs of a Map; a draft puts a layer over another's. */
export interface Lookup<Value> {
  get(key: string): Value | undefined
  has(key: string): boolean
  set(key: string, value: Value): unknown
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
  /** Cups held or bought by each user. */
  readonly unitsOf: Lookup<number>
  /** Request id -> what became of it. */
  readonly outcomes: Lookup<Outcome>
  /** Order id -> the request whose reservation began it. */
  readonly orders: Lookup<string>
  /** The last commands outside the hot path, by event type and request id; the oldest is forgotten. */
  readonly remembered: Map<string, Remembered>
}

/** The fold itself, as opposed to a draft over it. */
export interface Fold extends Sale {
  readonly unitsOf: Map<string, number>
}

export type Status = "scheduled" | "open" | "paused" | "ended" | "closed"

export const initial = (id: string): Fold => ({
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
  unitsOf: new Map(),
  outcomes: new Map(),
  orders: new Map(),
  remembered: new Map(),
})

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
