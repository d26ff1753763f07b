import type { Clock } from "../commands/ports/clock.ts"

export interface BatchLimits {
  /** Most messages of one batch. */
  readonly max: number
  /** How long a batch waits for more after its first message, once the consumer asks for it, in milliseconds. */
  readonly lingerMs: number
}

/**
 * What a source delivers, in order, several at a time. While the consumer is at work the next batch is collected, and no
 * more than that, so a slow one holds the source back. What came before a failure is delivered before it is thrown. The
 * source is ended by its own signal, not from here.
 */
export async function* inBatches<Message>(
  source: AsyncIterable<Message>,
  clock: Clock,
  { max, lingerMs }: BatchLimits,
): AsyncGenerator<Message[]> {
  let batch: Message[] = []
  let ended = false
  let failure: { readonly cause: unknown } | null = null
  let left = false
  const arrived = signal()
  const taken = signal()
  void collect()

  try {
    for (;;) {
      while (batch.length === 0 && !ended) await arrived.next()
      if (batch.length < max) await full()
      const ready = batch
      batch = []
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
        batch.push(message)
        if (batch.length === 1 || batch.length === max) arrived.tell()
      }
    } catch (cause) {
      failure = { cause }
    }
    ended = true
    arrived.tell()
  }

  function fail(): void {
    if (failure) throw failure.cause
  }

  /** Resolves when the batch is full, has waited long enough, or the source has ended. */
  async function full(): Promise<void> {
    if (ended) return
    let late = false
    const cancel = clock.after(lingerMs, () => {
      late = true
      arrived.tell()
    })
    while (batch.length < max && !ended && !late) await arrived.next()
    cancel()
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
