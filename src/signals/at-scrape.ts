import { Gauge, type Registry } from "prom-client"
import { type Clock, LATE, within } from "../commands/ports/clock.ts"

/** Longest that a scrape waits for one reading. */
const PATIENCE_MS = 2_000

export interface Reading {
  readonly name: string
  readonly help: string
  readonly label: string
  /** Every value of the label that there can be; none of them comes from a user. */
  readonly values: readonly string[]
  /** By value of the label; what is missing could not be read. */
  readonly read: () => Promise<ReadonlyMap<string, number>>
}

/**
 * A gauge that is read when somebody asks for it, so that it is right also while the work that it measures stands
 * still. What cannot be read in time is NaN, never 0: a server that is away must not look like one without work.
 */
export function measureAtScrape(registry: Registry, clock: Clock, reading: Reading): void {
  const { name, help, label, values, read } = reading
  let underWay: Promise<ReadonlyMap<string, number>> | null = null
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      // Scrapes that come faster than a slow server answers share its answer.
      underWay ??= read().finally(() => {
        underWay = null
      })
      const found = await within(clock, PATIENCE_MS, underWay).catch(() => LATE)
      for (const value of values)
        this.set({ [label]: value }, found instanceof Map ? (found.get(value) ?? Number.NaN) : Number.NaN)
    },
  })
}
