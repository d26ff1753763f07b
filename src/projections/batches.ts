import type { Clock } from "../commands/ports/clock.ts"

/** How messages become batches; all times in milliseconds. */
export interface BatchLimits {
  /** Most messages of one batch, which then waits for nothing. */
  readonly max: number
  /** How long a batch waits for more after its first message. */
  readonly lingerMs: number
  /** Batches begin at least so long after one another: few and large under load, at once after a pause. */
  readonly everyMs: number
  /** How long a batch waits that holds nothing which its consumer must hear of soon. */
  readonly idleMs: number
}

/**
 * What a source delivers, in order, several at a time. While the consumer is at work the next batch is collected, and no
 * more than that, so a slow one holds the source back. What came before a failure is delivered before it is thrown. The
 * source is ended by its own signal, not from here.
 */
export async function* inBatches<Message>(
  source: AsyncIterable<Message>,
  clock: Clock,
  { max, lingerMs, everyMs, idleMs }: BatchLimits,
  isUrgent: (message: Message) => boolean,
): AsyncGenerator<Message[]> {
  let batch: Message[] = []
  /** When the batch got its first message, and the first that is urgent. */
  let firstAt = 0
  let urgentAt: number | null = null
  let lastBeganAt = Number.NEGATIVE_INFINITY
  let ended = false
  let failure: { readonly cause: unknown } | null = null
  let left = false
  const arrived = signal()
  const taken = signal()
  void collect()

  try {
    for (;;) {
      await full()
      const ready = batch
      batch = []
      urgentAt = null
      lastBeganAt = clock.elapsed()
      taken.tell()
      if (ready.length > 0) yield ready
      else return fail()
    }
  } finally {
    left = true
    taken.tell()
  }

  async function collect(): Promise<void> {
    try {
      for await (const message of source) {
        while (batch.length === max && !left) await taken.next()
        if (left) break
        add(message)
      }
    } catch (cause) {
      failure = { cause }
    }
    ended = true
    arrived.tell()
  }

  function add(message: Message): void {
    batch.push(message)
    const isFirst = batch.length === 1
    const isFirstUrgent = urgentAt === null && isUrgent(message)
    if (isFirst) firstAt = clock.elapsed()
    if (isFirstUrgent) urgentAt = clock.elapsed()
    if (isFirst || isFirstUrgent || batch.length === max) arrived.tell()
  }

  function fail(): void {
    if (failure) throw failure.cause
  }

  /** Resolves when the batch is full, has waited long enough, or the source has ended. */
  async function full(): Promise<void> {
    while (batch.length < max && !ended) {
      const waitMs = batch.length === 0 ? null : dueAt() - clock.elapsed()
      if (waitMs !== null && waitMs <= 0) return
      const cancel = waitMs === null ? () => {} : clock.after(waitMs, arrived.tell)
      await arrived.next()
      cancel()
    }
  }

  function dueAt(): number {
    const lingered = urgentAt === null ? firstAt + idleMs : urgentAt + lingerMs
    return Math.max(lingered, lastBeganAt + everyMs)
  }
}

/** Tells one who waits that something has happened. */
function signal() {
  let wake = () => {}
  return {
    next: () =>
      new Promise<void>((resolve) => {
        wake = resolve
      }),
    tell: () => wake(),
  }
}
