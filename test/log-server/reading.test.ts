import { BACKWARDS, END, EventStoreDBClient, FORWARDS, jsonEvent, START } from "@eventstore/db-client"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startTestLogServer, type TestLogServer } from "../support/log-server.ts"

/** Written in runs of these lengths in turn, over three streams, so that pages and runs end at different places. */
const RUNS = [1, 255, 2, 256, 1, 257, 300, 1, 40, 513]
const STREAMS = ["one", "two", "three"]

let server: TestLogServer
let client: EventStoreDBClient
/** Every event carries a number of its own: here by stream, and in the order of the whole log. */
const written = new Map<string, number[]>(STREAMS.map((stream) => [stream, []]))
const all: number[] = []

beforeAll(async () => {
  server = await startTestLogServer()
  client = EventStoreDBClient.connectionString(server.url)
  for (const length of RUNS)
    for (const stream of STREAMS) {
      const numbers = Array.from({ length }, (_, n) => all.length + n)
      await client.appendToStream(stream, numbers.map(numbered))
      written.get(stream)?.push(...numbers)
      all.push(...numbers)
    }
})

afterAll(async () => {
  await client.dispose()
  await server.close()
})

const numbered = (number: number) => jsonEvent({ type: "Numbered", data: { number } })

type Events = AsyncIterable<{ event?: { type: string; data: unknown } }>

/** The numbers of what is read, up to `last` if there is one, else to the end. */
async function numbersOf(events: Events, last?: number): Promise<number[]> {
  const numbers: number[] = []
  for await (const { event } of events) {
    if (event?.type !== "Numbered") continue
    numbers.push((event.data as { number: number }).number)
    if (numbers.at(-1) === last) break
  }
  return numbers
}

// Once from memory, and once from the disk: after a restart nothing is in memory.
describe.each(["from memory", "from the disk"])("reads %s", (where) => {
  if (where === "from the disk") beforeAll(() => server.restart())

  it.each([0, 1, 255, 256, 257, 512, 513, 1000, 1625])("a stream from revision %i", async (from) => {
    const numbers = written.get("two") as number[]
    for (const maxCount of [1, 256, 257, 600, 10_000]) {
      const options = { fromRevision: BigInt(from), maxCount }
      const up = await numbersOf(client.readStream("two", { ...options, direction: FORWARDS }))
      expect(up).toEqual(numbers.slice(from, from + maxCount))
      const down = await numbersOf(client.readStream("two", { ...options, direction: BACKWARDS }))
      const downwards = numbers.slice(0, from + 1).reverse()
      expect(down).toEqual(downwards.slice(0, maxCount))
    }
  })

  it("the whole log in both directions", async () => {
    expect(await numbersOf(client.readAll())).toEqual(all)
    expect(await numbersOf(client.readAll({ fromPosition: END, direction: BACKWARDS }))).toEqual(
      all.toReversed(),
    )
  })

  it("a subscription to a stream and to the log, then what follows", async () => {
    const next = all.length
    const ofStream = numbersOf(client.subscribeToStream("three", { fromRevision: START }), next)
    const ofLog = numbersOf(client.subscribeToAll(), next)
    await client.appendToStream("three", numbered(next))
    written.get("three")?.push(next)
    all.push(next)
    expect(await ofStream).toEqual(written.get("three"))
    expect(await ofLog).toEqual(all)
  })
})

it("hides events that are older than $maxAge", async () => {
  await client.appendToStream("aging", jsonEvent({ type: "old", data: {} }))
  await client.setStreamMetadata("aging", { maxAge: 1 })
  const types = async () => {
    const found: string[] = []
    for await (const { event } of client.readStream("aging")) if (event) found.push(event.type)
    return found
  }
  await expect.poll(types, { timeout: 3_000, interval: 50 }).toEqual([])
  await client.appendToStream("aging", jsonEvent({ type: "new", data: {} }))
  expect(await types()).toEqual(["new"])
})
