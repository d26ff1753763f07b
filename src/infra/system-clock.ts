import type { Clock } from "../commands/ports/clock.ts"

/** The machine's own clocks. */
export const systemClock: Clock = {
  now: Date.now,
  elapsed: () => performance.now(),
  after(ms, run) {
    // What is overdue already is called at once; of a negative time Node would warn.
    const timer = setTimeout(run, Math.max(ms, 0)).unref()
    return () => clearTimeout(timer)
  },
}
