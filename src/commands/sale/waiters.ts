/** Callbacks that wait for something named; each is called once, in the order in which they came. */
export function waiters() {
  const waiting = new Map<string, Set<() => void>>()
  return {
    /** Returns how to stop waiting. */
    on(name: string, run: () => void): () => void {
      const set = waiting.get(name) ?? new Set()
      waiting.set(name, set.add(run))
      return () => {
        set.delete(run)
        if (set.size === 0 && waiting.get(name) === set) waiting.delete(name)
      }
    },
    wake(name: string): void {
      const set = waiting.get(name)
      if (!set) return
      waiting.delete(name)
      for (const run of set) run()
    },
  }
}
