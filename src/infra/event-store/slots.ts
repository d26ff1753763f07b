export interface Slots {
  /** Resolves when a place is free, in the order of asking. */
  take(): Promise<void>
  /** Gives a place back. */
  free(): void
}

/** Lets at most `count` through at once. */
export function slots(count: number): Slots {
  const waiting: (() => void)[] = []
  let left = count
  return {
    async take() {
      if (left > 0) left -= 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
    },
    free() {
      const next = waiting.shift()
      if (next) next()
      else left += 1
    },
  }
}
