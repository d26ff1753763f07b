import { Readable } from "node:stream"
import { setImmediate as turn } from "node:timers/promises"
import { expect, test } from "vitest"
import { burstsOf } from "../../../src/infra/event-store/bursts.ts"

/** Between two of them whoever waits for a promise has gone on. */
const tick = () => new Promise<void>((resolve) => process.nextTick(resolve))

/** A stream of messages, and the bursts that are read from it. */
function reading(options: ConstructorParameters<typeof Readable>[0] = {}) {
  const stream = new Readable({ objectMode: true, read: () => undefined, ...options })
  const bursts = burstsOf(stream, (message) => message.toString())
  return { stream, bursts, next: async () => (await bursts.next()).value as string[] }
}

test("a burst is all that arrives in one turn of the event loop, as grpc-js brings it: one message after the other", async () => {
  const { stream, next } = reading()
  const first = next()
  for (const message of ["1", "2", "3"]) {
    stream.push(Buffer.from(message))
    await tick()
  }
  expect(await first).toEqual(["1", "2", "3"])
  stream.push(Buffer.from("4"))
  expect(await next()).toEqual(["4"])
})

test("who reads slowly holds the stream back, and misses nothing", async () => {
  const sent: string[] = []
  const { stream, next } = reading({
    read() {
      const text = `${sent.length}`.padEnd(65_536)
      setImmediate(() => this.push(Buffer.from(sent.push(text) <= 100 ? text : "end")))
    },
  })
  const seen = [...(await next())]
  while (!stream.isPaused()) await turn()
  expect(sent.length).toBeLessThan(50)
  while (seen.at(-1) !== "end") seen.push(...(await next()))
  expect(seen.slice(0, 100)).toEqual(sent.slice(0, 100))
})

test("what came before a failure is read, then the failure is thrown", async () => {
  const { stream, bursts, next } = reading()
  const first = next()
  stream.push(Buffer.from("1"))
  await turn()
  stream.destroy(new Error("lost"))
  expect(await first).toEqual(["1"])
  await expect(bursts.next()).rejects.toThrow("lost")
})

test("ends with the stream", async () => {
  const { stream, bursts, next } = reading()
  const first = next()
  stream.push(Buffer.from("1"))
  stream.push(null)
  expect(await first).toEqual(["1"])
  expect((await bursts.next()).done).toBe(true)
})
