import type { Terms } from "../../src/domain/flash-sale.ts"
import type { Weather } from "./wire.ts"

/** What a buyer does once the order is there. */
export const sequels = [
  "leaves",
  "pays",
  "pays late",
  "pays twice",
  "pays by two payments",
  "pays a wrong amount",
  "fails to pay",
  "cancels",
  "cancels and pays",
] as const
export type Sequel = (typeof sequels)[number]

/** A request for cups, perhaps sent again, and what follows. */
export interface Purchase {
  readonly kind: "buy"
  readonly atMs: number
  readonly user: string
  readonly key: string
  readonly quantity: number
  readonly node: number
  /** Sent again, whatever the answer was, after so long each. */
  readonly againMs: readonly number[]
  /** How often a refused buyer asks anew. */
  readonly keen: number
  readonly sequel: Sequel
  /** From one step of the sequel to the next. */
  readonly paceMs: number
}

/** What staff does. */
export interface Steering {
  readonly kind: "adjust" | "pause" | "resume" | "rename" | "renew gate"
  readonly atMs: number
  readonly node: number
  /** Of `adjust`; cups. */
  readonly delta: number
}

export type Action = Purchase | Steering

/** When a fault strikes: at a time, or around the n-th call of a name, counted from the run's start. */
export type When =
  | { readonly atMs: number }
  | { readonly call: string; readonly nth: number; readonly moment: "before" | "after" }

/** What happens to one process: it dies, is stopped and started, stands still, or does not reach the log or the gate. */
export type NodeFault = "crash" | "restart" | "sleep" | "no log" | "no gate"

export type Fault = { readonly when: When } & (
  | { readonly kind: NodeFault; readonly node: number; readonly forMs: number }
  /** Of the gate's server. `ago`: how many of the last copies are skipped. */
  | { readonly kind: "wipe" }
  | { readonly kind: "older copy"; readonly ago: number; readonly sameRun: boolean }
  /** To a server without data, and soon back to the old one's copy. */
  | { readonly kind: "two fail-overs"; readonly ago: number; readonly afterMs: number }
  | { readonly kind: "lose key"; readonly key: "gate" | "users" | "permits" }
  /** Every lease ends under its holder. */
  | { readonly kind: "end leases" }
)

/** All that is drawn before a run, as data: a run is a plan and the seed of its wire, and shrinking drops parts of it. */
export interface Plan {
  readonly seed: string
  readonly terms: Pick<Terms, "stock" | "perUserLimit" | "paymentWindowSeconds">
  /** When the sale ends; milliseconds. */
  readonly endsAfterMs: number
  /** By how much each process's clock is wrong. */
  readonly skewsMs: readonly number[]
  /** Every process has every worker, or the one that holds its lease. */
  readonly elected: boolean
  /** Processes hand their commands over to the one that writes. */
  readonly handsOver: boolean
  /** The projector runs too, on SQLite; else rows in memory tell the timers where to look. */
  readonly projects: boolean
  /** How far the read side lags, at most. */
  readonly readLagMs: number
  readonly weather: Weather
  readonly actions: readonly Action[]
  readonly faults: readonly Fault[]
}

/** Trouble begins once the sale is there, and ends here; then everything must settle. */
export const TROUBLE_MS = 4_000
