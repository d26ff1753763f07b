import { finished, type Readable } from "node:stream"

/**
 * Reads a stream of objects in bursts: all that has arrived at once, each as `read` makes it. A busy subscription brings
 * thousands a second, and an iteration costs more than most of them. Throws what the stream fails with.
 */
export async function* burstsOf<Chunk, Read>(
  stream: Readable,
  read: (chunk: Chunk) => Read,
): AsyncGenerator<readonly Read[]> {
  let end: { readonly cause: unknown } | null = null
  let arrived = Promise.withResolvers<void>()
  stream.on("readable", () => arrived.resolve())
  finished(stream, { writable: false }, (cause) => {
    end = { cause }
    arrived.resolve()
  })
  for (;;) {
    const burst: Read[] = []
    for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) burst.push(read(chunk))
    if (burst.length > 0) yield burst
    else {
      const ended = end as { readonly cause: unknown } | null
      if (ended?.cause) throw ended.cause
      if (ended) return
      await arrived.promise
      arrived = Promise.withResolvers()
    }
  }
}
