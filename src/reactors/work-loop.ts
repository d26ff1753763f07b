import { type Clock, sleep } from "../commands/ports/clock.ts"

/** How often due work is looked for unless it says otherwise, in milliseconds. */
const EVERY_MS = 500
const RETRY_MAX_MS = 5_000

export interface WorkDeps {
  readonly clock: Clock
  /** Told of each failure, before the retry. */
  readonly onFailure: (name: string, cause: unknown) => void
}

/** Does what is due, again and again: `sweep` reads it from durable state, so a restart loses nothing. */
export function startWork(
  { clock, onFailure }: WorkDeps,
  name: string,
  sweep: (signal: AbortSignal) => Promise<void>,
  everyMs = EVERY_MS,
): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  const ended = run()
  return {
    stop() {
      stopping.abort()
      return ended
    },
  }

  async function run(): Promise<void> {
    for (let waitMs = everyMs; !signal.aborted; ) {
      try {
        await sweep(signal)
        waitMs = everyMs
      } catch (cause) {
        onFailure(name, cause)
        waitMs = Math.min(2 * waitMs, RETRY_MAX_MS)
      }
      await sleep(clock, waitMs, signal)
    }
  }
}

/** Does `work` on each item, `atOnce` at a time; rejects with the first failure, after what was begun has ended. */
export async function sideBySide<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0
  const hand = async () => {
    while (next < items.length) await work(items[next++]!)
  }
  const ended = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, hand))
  for (const end of ended) if (end.status === "rejected") throw end.reason
}
