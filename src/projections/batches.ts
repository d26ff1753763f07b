import { type Clock, LATE, within } from "../commands/ports/clock.ts"

export interface BatchLimits {
  /** Most messages of one batch. */
  readonly max: number
  /** How long a batch waits for more after its first message, in milliseconds. */
  readonly lingerMs: number
}

/**
 * What a source delivers, in order, several at a time. At most one message is asked for ahead of the consumer, so a
 * slow one holds the source back. What came before a failure is delivered before it is thrown. The source is ended by
 * its own signal, not from here.
 */
export async function* inBatches<Message>(
  source: AsyncIterable<Message>,
  clock: Clock,
  { max, lingerMs }: BatchLimits,
): AsyncGenerator<Message[]> {
  const messages = source[Symbol.asyncIterator]()
  let upcoming = messages.next()
  for (;;) {
    const first = await upcoming
    if (first.done) return
    const batch = [first.value]
    const untilMs = clock.elapsed() + lingerMs
    upcoming = ask()
    while (batch.length < max) {
      const leftMs = Math.max(untilMs - clock.elapsed(), 0)
      const message = await within(clock, leftMs, upcoming).catch((): typeof LATE => LATE)
      if (message === LATE || message.done) break
      batch.push(message.value)
      upcoming = ask()
    }
    yield batch
  }

  function ask(): Promise<IteratorResult<Message>> {
    const asked = messages.next()
    // It may fail while the consumer is at work: the next batch begins with the failure.
    asked.catch(() => {})
    return asked
  }
}
