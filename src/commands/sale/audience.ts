import type { Clock } from "../ports/clock.ts"

/** How long whoever has rung counts as one that hands over. */
const HANDS_OVER_MS = 1_000

/** The processes, by name, that hand over to this one: those that have rung lately. */
export function createAudience(clock: Pick<Clock, "elapsed">) {
  const rangAtMs = new Map<string, number>()
  return {
    rang(name: string): void {
      rangAtMs.set(name, clock.elapsed())
    },
    names(): readonly string[] {
      const sinceMs = clock.elapsed() - HANDS_OVER_MS
      for (const [name, ms] of rangAtMs) if (ms < sinceMs) rangAtMs.delete(name)
      return [...rangAtMs.keys()]
    },
  }
}
