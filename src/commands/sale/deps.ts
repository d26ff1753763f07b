import type { Clock } from "../ports/clock.ts"
import type { EventStore } from "../ports/event-store.ts"
import { defaultGateTimes, type Gate, type GateTimes } from "../ports/gate.ts"
import type { Handover } from "../ports/handover.ts"

/** Limits and times of selling; milliseconds. Configuration, so that tests can shorten them. */
export interface SaleTimes extends GateTimes {
  /** From a request's arrival to its answer, all waits together. */
  readonly requestDeadlineMs: number
  /** A stream that shows no event for so long is quiet: whoever waits for another's commit does it themselves. */
  readonly quietMs: number
  /** Longest that a pending permit is left to its owner. */
  readonly takeOverMs: number
  /** How often each followed sale's gate is looked at; jittered by a fifth. */
  readonly lookEveryMs: number
  /** How far a gate may lag this process's fold before a process that did not append pushes it. */
  readonly gateLagMs: number
  /** How long after its end a sale is still looked at. */
  readonly afterEndMs: number
  /** After how many events in a row that it has written, or was told of, a process lets the subscription to a sale go. */
  readonly echoesMax: number
}

export const defaultSaleTimes: SaleTimes = {
  ...defaultGateTimes,
  requestDeadlineMs: 800,
  quietMs: 200,
  takeOverMs: 1_000,
  lookEveryMs: 1_000,
  gateLagMs: 500,
  afterEndMs: 60_000,
  echoesMax: 1_000,
}

/** What can go wrong behind a request's back; nothing of it loses an order. */
export type Report = (what: string, cause: unknown, saleId: string) => void

/** Hears what happens to the groups of the write loop, once a group and never once an order. */
export interface SaleObserver {
  /** A group of so many events is in the log; its append took so long, an outcome that had to be found out included. */
  appended(events: number, ms: number): void
  /** A group lost its place in the stream to another process; it is decided again. */
  conflicted(): void
}

export const noObserver: SaleObserver = { appended: () => {}, conflicted: () => {} }

/** What selling needs from outside. Wired in `main.ts`; a test or simulation wires its own. */
export interface SaleDeps {
  readonly store: EventStore
  readonly gate: Gate
  /** The way to the process that writes on a sale's stream; null for a process that is the only one. */
  readonly handover: Handover | null
  readonly clock: Clock
  /** A new, unique id, ordered by time to the millisecond (uuid v7). */
  readonly newId: () => string
  /** 0 up to 1; for jitter only. */
  readonly random: () => number
  readonly times: SaleTimes
  readonly report: Report
  readonly observer: SaleObserver
}
