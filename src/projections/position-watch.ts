import type { Clock } from "../commands/ports/clock.ts"

/** How often another process's progress is asked for while somebody waits, in milliseconds. */
const POLL_MS = 50

/** How far the read models are, for those who wait to read their own writes. */
export interface PositionWatch {
  /** The read models have everything up to here. */
  passed(position: bigint): void
  hasPassed(position: bigint): boolean
  /** True once the read models have passed `position`; false if they have not after `timeoutMs`. */
  waitFor(position: bigint, timeoutMs: number): Promise<boolean>
}

interface Waiter {
  readonly position: bigint
  readonly resolve: (passed: boolean) => void
  readonly reject: (cause: unknown) => void
}

/**
 * A projector in this process tells its progress by `passed`; that of another one is read by `readCheckpoint`, and
 * only while somebody waits.
 */
export function watchPosition(clock: Clock, readCheckpoint: () => Promise<bigint | null>): PositionWatch {
  let known = -1n
  let polling = false
  const waiters = new Set<Waiter>()

  return { passed, hasPassed: (position) => position <= known, waitFor }

  function passed(position: bigint): void {
    if (position <= known) return
    known = position
    for (const waiter of waiters) {
      if (waiter.position <= known) waiter.resolve(true)
    }
  }

  function waitFor(position: bigint, timeoutMs: number): Promise<boolean> {
    if (position <= known) return Promise.resolve(true)
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    const waiter = { position, resolve, reject }
    const cancel = clock.after(timeoutMs, () => resolve(false))
    waiters.add(waiter)
    if (!polling) {
      polling = true
      void poll()
    }
    return promise.finally(() => {
      cancel()
      waiters.delete(waiter)
    })
  }

  async function poll(): Promise<void> {
    try {
      const checkpoint = await readCheckpoint()
      if (checkpoint !== null) passed(checkpoint)
    } catch (cause) {
      for (const waiter of waiters) waiter.reject(cause)
    }
    // Those that were just answered leave the set before the timer asks who is left.
    clock.after(POLL_MS, () => {
      if (waiters.size > 0) void poll()
      else polling = false
    })
  }
}
