import type { Job, Loaded } from "../load/job.ts"
import { type Child, startChild } from "./child.ts"

/** The process that puts the load on; one for a whole run. */
export type Load = Child<Job, Loaded>

export const startLoad = (): Load => startChild(new URL("../load/main.ts", import.meta.url))

/** Adds up what was answered, over several jobs. */
export function tally() {
  const answers: Record<string, number> = {}
  let broken = 0
  return {
    answers,
    broken: () => broken,
    add(loaded: Loaded): Loaded {
      for (const [word, count] of Object.entries(loaded.answers)) answers[word] = (answers[word] ?? 0) + count
      broken += loaded.broken
      return loaded
    },
  }
}
