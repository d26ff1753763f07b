import type { Clock } from "../../src/commands/ports/clock.ts"

/** Whatever steps belong to: a process in one of its lives, or a client. What is asleep is stopped, not gone. */
export interface Owner {
  readonly name: string
  state: "awake" | "asleep" | "dead"
  /** Steps that fell due during the sleep. */
  readonly missed: Step[]
}

export const ownerOf = (name: string): Owner => ({ name, state: "awake", missed: [] })

interface Step {
  atMs: number
  readonly owner: Owner | null
  /** Null once it is cancelled. */
  run: (() => void) | null
}

/** Virtual time, and all that is going to happen in it. */
export interface Timeline {
  /** Milliseconds since the run began. */
  nowMs(): number
  /** Has `run` called after so long, by its owner; returns how to cancel it. */
  after(ms: number, owner: Owner | null, run: () => void): () => void
  /** Resolves after so long; never once its owner is dead. */
  sleep(ms: number, owner: Owner | null): Promise<void>
  wake(owner: Owner): void
  /** Takes every step up to a moment, in the order of their times; `check` is called after each. */
  runUntil(untilMs: number, check: () => void): Promise<void>
  clockOf(owner: Owner, startMs: () => number): Clock
  stepsTaken(): number
}

export function createTimeline(): Timeline {
  /** In the order of their times, the next one last. */
  const steps: Step[] = []
  let nowMs = 0
  let taken = 0

  function insert(step: Step): void {
    let [low, high] = [0, steps.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (steps[middle]!.atMs > step.atMs) low = middle + 1
      else high = middle
    }
    steps.splice(low, 0, step)
  }

  function after(ms: number, owner: Owner | null, run: () => void): () => void {
    const step: Step = { atMs: nowMs + Math.max(ms, 0), owner, run }
    insert(step)
    return () => {
      step.run = null
    }
  }

  return {
    nowMs: () => nowMs,
    after,
    sleep: (ms, owner) => new Promise((resolve) => after(ms, owner, resolve)),
    wake(owner) {
      if (owner.state !== "asleep") return
      owner.state = "awake"
      // All that it missed comes at once, in its order, as after SIGCONT.
      for (const step of owner.missed.splice(0)) {
        step.atMs = nowMs
        insert(step)
      }
    },
    async runUntil(untilMs, check) {
      for (let next = steps.at(-1); next && next.atMs <= untilMs; next = steps.at(-1)) {
        const { atMs, owner, run } = steps.pop()!
        nowMs = Math.max(nowMs, atMs)
        if (!run || owner?.state === "dead") continue
        if (owner?.state === "asleep") {
          owner.missed.push(next)
          continue
        }
        run()
        await settled()
        taken++
        check()
      }
      nowMs = untilMs
    },
    clockOf: (owner, startMs) => ({
      now: () => startMs() + nowMs,
      elapsed: () => nowMs,
      after: (ms, run) => after(ms, owner, run),
    }),
    stepsTaken: () => taken,
  }
}

/** All promises that need no step are done before the event loop takes its next turn. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
