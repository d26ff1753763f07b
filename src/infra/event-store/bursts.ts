import { finished, type Readable } from "node:stream"

/** Bytes that may wait to be taken before the stream is held back: some hundred events. */
const WAITING_BYTES = 262_144

/**
 * Reads a stream of messages in bursts: all that has arrived in one turn of the event loop, each as `read` makes it. A busy
 * subscription brings thousands a second, a promise apart, and an iteration costs more than most of them. Throws what the
 * stream fails with, once all that came before it was taken.
 */
export async function* burstsOf<Read>(
  stream: Readable,
  read: (message: Buffer) => Read,
): AsyncGenerator<readonly Read[]> {
  let waiting: Buffer[] = []
  let bytes = 0
  let end: { readonly cause: unknown } | null = null
  let arrived = Promise.withResolvers<void>()
  stream.on("data", (message: Buffer) => {
    if (waiting.push(message) === 1) setImmediate(arrived.resolve)
    bytes += message.length
    if (bytes >= WAITING_BYTES) stream.pause()
  })
  finished(stream, { writable: false }, (cause) => {
    end = { cause }
    arrived.resolve()
  })
  for (;;) {
    await arrived.promise
    const burst = waiting
    const ended = end as { readonly cause: unknown } | null
    waiting = []
    bytes = 0
    arrived = Promise.withResolvers()
    if (burst.length > 0) yield burst.map(read)
    if (ended?.cause) throw ended.cause
    if (ended) return
    stream.resume()
  }
}
