/**
 * The gate of a sale: a projection of the sale's stream plus the permits still under way. It answers the crowd
 * in one atomic step and never owns stock. Every verb is one atomic script. Replies are words.
 */

/** What every reply of a loaded gate carries. `stock` may be below zero for a moment. */
export interface GateState {
  readonly epoch: number
  /** Revision of the sale's stream up to which the gate has applied it. */
  readonly rev: number
  readonly stock: number
}

/** The gate holds nothing that can be trusted: empty, a key lost, restarted, or fenced by a newer epoch. */
export interface NotLoaded {
  readonly kind: "not_loaded"
}

/** A cup set aside for a request that the log has not yet decided. */
export interface Permit {
  readonly requestId: string
  readonly userId: string
  readonly quantity: number
  readonly payloadHash: string
  /** Milliseconds since the epoch by the gate's clock: when it was granted. */
  readonly grantedAtMs: number
}

export interface ReserveRequest {
  readonly requestId: string
  readonly userId: string
  readonly quantity: number
  readonly payloadHash: string
}

export type GateRefusal = "invalid_quantity" | "sale_not_open" | "sale_paused" | "limit_exceeded"

export type ReserveReply =
  | NotLoaded
  | (GateState & { readonly kind: "granted"; readonly grantedAtMs: number })
  | (GateState & { readonly kind: "pending"; readonly permit: Permit })
  | (GateState & { readonly kind: "request_conflict" })
  | (GateState & { readonly kind: GateRefusal })
  | (GateState & { readonly kind: "sold_out"; readonly permitsPending: boolean })
  | (GateState & { readonly kind: "wait"; readonly waitMs: number })

/** One event of the sale's stream, as the gate needs it. `none` moves the revision only. */
export type GateChange =
  | {
      readonly kind: "reserved"
      readonly requestId: string
      readonly userId: string
      readonly quantity: number
    }
  | { readonly kind: "refused"; readonly requestId: string }
  | { readonly kind: "released"; readonly userId: string; readonly quantity: number }
  | { readonly kind: "adjusted"; readonly delta: number }
  | {
      readonly kind: "changed"
      readonly stockDelta: number
      readonly perUserLimit: number
      readonly startsAtMs: number
      readonly endsAtMs: number
    }
  | { readonly kind: "paused" | "resumed" | "closed" | "none" }
  | { readonly kind: "gate_opened"; readonly epoch: number }

/**
 * `gap`: the first change offered is beyond rev + 1; nothing was applied, the reply's rev tells where to begin.
 * `not_loaded` also after a `gate_opened` of a newer epoch among the changes.
 */
export type ApplyReply = NotLoaded | (GateState & { readonly kind: "applied" | "gap" })

/** `behind`: the gate has not yet applied the outcome, so nothing was given back; `absent`: no such permit. */
export type DropReply = NotLoaded | (GateState & { readonly kind: "dropped" | "absent" | "behind" })

/** `claimed` carries the server run under which the image must be loaded; `busy`: another process rebuilds. */
export type ClaimReply =
  | (GateState & { readonly kind: "loaded" })
  | { readonly kind: "claimed"; readonly run: string }
  | { readonly kind: "busy" }

/** A sale's gate as a whole, computed from the fold at revision `rev`. */
export interface GateImage {
  readonly epoch: number
  readonly rev: number
  readonly stock: number
  readonly perUserLimit: number
  /** Most units of one order, whatever the user's limit. */
  readonly orderMax: number
  readonly startsAtMs: number
  readonly endsAtMs: number
  readonly paused: boolean
  readonly closed: boolean
  /** Units held or bought, for every user that has any; as they are at `rev`, whenever and however slowly it is walked. */
  readonly users: Iterable<readonly [userId: string, units: number]>
}

/** Most permits that one look tells of. */
export const OVERDUE_MAX = 100

export type LookReply =
  | NotLoaded
  | (GateState & {
      readonly kind: "loaded"
      readonly paused: boolean
      readonly closed: boolean
      readonly permits: number
      /** Units of all permits under way. */
      readonly pendingUnits: number
      /** Permits older than grace, `OVERDUE_MAX` of them at most. */
      readonly overdue: readonly Permit[]
    })

export type FindReply =
  | NotLoaded
  | (GateState & { readonly kind: "pending"; readonly permit: Permit })
  | (GateState & { readonly kind: "absent" })

/** Redis (or its twin) did not answer: admission is closed until it does. Nothing is known about a permit. */
export class GateUnavailable extends Error {
  override readonly name = "GateUnavailable"
}

/** All methods throw `GateUnavailable` when the server cannot be reached or does not answer in time. */
export interface Gate {
  reserve(saleId: string, request: ReserveRequest): Promise<ReserveReply>
  /** Applies the stream's next events: `changes[i]` is the event at revision `firstRev + i`. */
  apply(saleId: string, firstRev: number, changes: readonly GateChange[]): Promise<ApplyReply>
  /** Gives one permit back, once the gate has passed `outcomeRev`, the revision of the request's outcome. */
  drop(saleId: string, requestId: string, outcomeRev: number): Promise<DropReply>
  /** `epoch` is the caller's fold's: a gate of an older one does not count as loaded. */
  claim(saleId: string, token: string, epoch: number): Promise<ClaimReply>
  /** Prolongs the claim and what is staged under it; false once the claim is no longer ours. */
  renew(saleId: string, token: string): Promise<boolean>
  /** Stages the image in chunks and puts it in place if the claim and the server's run are unchanged. */
  load(saleId: string, token: string, run: string, image: GateImage): Promise<"loaded" | "lost">
  /** Read only. */
  look(saleId: string): Promise<LookReply>
  /** Read only: is this request among the permits? */
  find(saleId: string, requestId: string): Promise<FindReply>
  /** Lets the gate of a sale that is over expire after a day. */
  retire(saleId: string): Promise<void>
  close(): Promise<void>
}

/** Times of the gate's protocol, in milliseconds. Configuration, so that tests can shorten them. */
export interface GateTimes {
  /** T: how long a process may remember "sold out", and how long no cup is granted after it. */
  readonly soldOutMemoryMs: number
  /** A permit older than this is settled by whoever sees it. */
  readonly graceMs: number
  /** How long a claim to rebuild lives without being renewed. */
  readonly claimMs: number
}

export const defaultGateTimes: GateTimes = { soldOutMemoryMs: 250, graceMs: 10_000, claimMs: 3_000 }
