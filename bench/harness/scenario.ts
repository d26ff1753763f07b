import type { Load } from "./load.ts"

/** What closes when its scenario ends, the last first, also when that fails. */
export type Own = <Thing extends { close(): Promise<unknown> }>(thing: Thing) => Thing

/** What a scenario is given. */
export interface Bench {
  readonly load: Load
  readonly own: Own
  /** How often each side is measured. */
  readonly rounds: number
  /** Of one measurement, its warm-up included. */
  readonly seconds: number
  /** 1; less in a quick run. By it go the numbers of events and orders that are not measured by time. */
  readonly scale: number
  /** Says what is being done. */
  tell(line: string): void
}

/** What one number should be. */
export interface Goal {
  readonly of: "ratio" | "value"
  readonly atLeast?: number
  readonly atMost?: number
}

/** One line of the table: a number of ours, measured several times, beside its baseline of the same rounds. */
export interface Row {
  readonly what: string
  readonly unit: string
  readonly ours: readonly number[]
  readonly baseline?: readonly number[]
  readonly goals: readonly Goal[]
  /** What else was seen, by name. */
  readonly seen?: Readonly<Record<string, number | string>>
}

export interface Scenario {
  readonly name: string
  /** What is measured against what. */
  readonly title: string
  /** Throws when what came out is not right: speed does not count then. */
  run(bench: Bench): Promise<readonly Row[]>
}
