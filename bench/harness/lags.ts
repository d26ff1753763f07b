import { setTimeout as sleep } from "node:timers/promises"
import type { EventStore } from "../../src/commands/ports/event-store.ts"

const EVERY_MS = 250

/** How far one follower was behind, in seconds, at each look. */
export type Lags = ReadonlyMap<string, readonly number[]>

interface Looked {
  readonly atMs: number
  readonly end: bigint
}

/**
 * Looks at the log's end and at every follower's checkpoint until `signal` aborts. A follower that has not reached what
 * the log held at some moment lags by the time since then.
 */
export async function watchLags(
  store: Pick<EventStore, "endPosition">,
  checkpoints: () => Promise<ReadonlyMap<string, bigint>>,
  signal: AbortSignal,
): Promise<Lags> {
  const ends: Looked[] = [{ atMs: performance.now(), end: await store.endPosition() }]
  const lags = new Map<string, number[]>()
  while (!signal.aborted) {
    const reached = await checkpoints()
    const nowMs = performance.now()
    for (const [name, position] of reached) {
      const passed = ends.findLast(({ end }) => end <= position)
      const lagMs = nowMs - (passed ?? ends[0]!).atMs
      lags.set(name, [...(lags.get(name) ?? []), lagMs / 1_000])
    }
    await sleep(EVERY_MS)
    ends.push({ atMs: performance.now(), end: await store.endPosition() })
  }
  return lags
}

/** The largest of the second half, when it runs evenly. */
export const settledLag = (lags: readonly number[]): number => Math.max(...lags.slice(lags.length >> 1))

/** By how many seconds the lag grows in a second, by least squares over the second half. */
export function growthOf(lags: readonly number[]): number {
  const half = lags.slice(lags.length >> 1)
  const middle = (half.length - 1) / 2
  const mean = half.reduce((sum, lag) => sum + lag, 0) / half.length
  const over = half.reduce((sum, lag, at) => sum + (at - middle) * (lag - mean), 0)
  const under = half.reduce((sum, _, at) => sum + (at - middle) ** 2, 0)
  return over / under / (EVERY_MS / 1_000)
}
