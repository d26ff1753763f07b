/** Tells waiting subscriptions that the log has grown. */
export interface Changes {
  /** Watches one stream, or with null the whole log. */
  watch(stream: string | null): Watch
  announce(streams: ReadonlySet<string>): void
}

export interface Watch {
  /**
   * Resolves once something was written since the last call, also if it was before this one: then at once.
   * False after `stop`.
   */
  changed(): Promise<boolean>
  stop(): void
}

export function createChanges(): Changes {
  const watches = new Map<string | null, Set<() => void>>()

  return {
    watch(stream) {
      let seen = false
      let stopped = false
      let wake = () => {}
      const notice = () => {
        seen = true
        wake()
      }
      const others = watches.get(stream) ?? new Set()
      watches.set(stream, others.add(notice))
      return {
        async changed() {
          if (!seen && !stopped)
            await new Promise<void>((resolve) => {
              wake = resolve
            })
          seen = false
          return !stopped
        },
        stop() {
          stopped = true
          others.delete(notice)
          if (others.size === 0 && watches.get(stream) === others) watches.delete(stream)
          wake()
        },
      }
    },
    announce(streams) {
      for (const stream of streams) for (const notice of watches.get(stream) ?? []) notice()
      for (const notice of watches.get(null) ?? []) notice()
    },
  }
}
