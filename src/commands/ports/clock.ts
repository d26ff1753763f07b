/** Time as the application sees it; injected everywhere, so that a test or a simulation owns it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Milliseconds since some fixed moment; never steps. Deadlines and durations are measured by it. */
  elapsed(): number
  /**
   * Calls `run` once after `ms`, soon when that is 0 or less; returns how to cancel it. A pending timer does not keep the
   * process alive.
   */
  after(ms: number, run: () => void): () => void
}

/** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const done = () => {
      cancel()
      signal?.removeEventListener("abort", done)
      resolve()
    }
    const cancel = clock.after(ms, done)
    signal?.addEventListener("abort", done, { once: true })
  })
}

export const LATE = Symbol("late")

/** The promise's value, or `LATE` when it has none after `ms`; the promise itself goes on. */
export function within<Value>(
  clock: Clock,
  ms: number,
  promise: Promise<Value>,
): Promise<Value | typeof LATE> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => resolve(LATE))
    promise.then(
      (value) => {
        cancel()
        resolve(value)
      },
      (cause) => {
        cancel()
        reject(cause)
      },
    )
  })
}
