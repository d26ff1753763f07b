import type { Clock } from "../../src/commands/ports/clock.ts"

export interface VirtualClock extends Clock {
  /** Lets time pass: every timer that falls due is called at its own moment, and what it sets off is let settle. */
  advance(ms: number): Promise<void>
  /** Lets everything happen that needs no time. */
  settle(): Promise<void>
}

/** A clock that stands until it is told to go on. */
export function createVirtualClock(startMs: number): VirtualClock {
  let elapsedMs = 0
  let timers: { atMs: number; run: () => void }[] = []

  async function settle(): Promise<void> {
    // Promise chains are finite, but their length is not known: several turns of the event loop are plenty.
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

  return {
    now: () => startMs + elapsedMs,
    elapsed: () => elapsedMs,
    after(ms, run) {
      const timer = { atMs: elapsedMs + Math.max(ms, 0), run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    settle,
    async advance(ms) {
      const untilMs = elapsedMs + ms
      await settle()
      for (;;) {
        const due = timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
        if (!due) break
        timers = timers.filter((timer) => timer !== due)
        elapsedMs = Math.max(elapsedMs, due.atMs)
        due.run()
        await settle()
      }
      elapsedMs = untilMs
    },
  }
}
