import { randomUUID } from "node:crypto"
import { type EventData, EventStoreDBClient, jsonEvent, StreamNotFoundError } from "@eventstore/db-client"
import { afterAll, beforeAll, expect, it } from "vitest"
import { startTestLogServer, type TestLogServer } from "../support/log-server.ts"

let server: TestLogServer
let client: EventStoreDBClient

beforeAll(async () => {
  server = await startTestLogServer()
  client = EventStoreDBClient.connectionString(server.url)
})

afterAll(async () => {
  await client.dispose()
  await server.close()
})

const event = (data: Record<string, unknown> = {}): EventData =>
  jsonEvent({ id: randomUUID(), type: "Written", data })

async function readIds(stream: string): Promise<string[]> {
  const ids: string[] = []
  for await (const { event } of client.readStream(stream)) if (event) ids.push(event.id)
  return ids
}

it("lets one of many writers win that expect the same revision", async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, () =>
      client.appendToStream("contended", event(), { expectedRevision: "no_stream" }),
    ),
  )
  expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBe(1)
  expect((await readIds("contended")).length).toBe(1)
})

it("writes the same events once, however often they are sent at once", async () => {
  const events = [event(), event()]
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      client.appendToStream("repeated", events, { expectedRevision: n % 2 ? "any" : "no_stream" }),
    ),
  )
  expect(new Set(outcomes.map(({ nextExpectedRevision }) => nextExpectedRevision))).toEqual(new Set([1n]))
  expect(new Set(outcomes.map(({ position }) => position?.commit)).size).toBe(1)
  expect(await readIds("repeated")).toEqual(events.map(({ id }) => id))
})

it("gives writers of one stream that expect nothing a place each", async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, () => client.appendToStream("crowded", event())),
  )
  const revisions = outcomes
    .map(({ nextExpectedRevision }) => Number(nextExpectedRevision))
    .sort((a, b) => a - b)
  expect(revisions).toEqual(Array.from({ length: 200 }, (_, n) => n))
})

it("takes an append in several messages as one, and only when the last has come", async () => {
  const events = Array.from({ length: 20 }, (_, n) => event({ n, padding: "x".repeat(1_000) }))
  await client.appendToStream("in-parts", events, { batchAppendSize: 5_000, expectedRevision: "no_stream" })
  expect(await readIds("in-parts")).toEqual(events.map(({ id }) => id))
})

it("refuses a too large append in several messages, and goes on serving the same client", async () => {
  const events = Array.from({ length: 40 }, () => event({ padding: "x".repeat(50_000) }))
  await expect(
    client.appendToStream("too-large", events, { batchAppendSize: 200_000 }),
  ).rejects.toMatchObject({
    maxAppendSize: 1_048_576,
  })
  await expect(readIds("too-large")).rejects.toThrow(StreamNotFoundError)
  await client.appendToStream("small", event())
})

it("survives nonsense: a revision beyond all and a name without end", async () => {
  await expect(
    client.appendToStream("s", event(), { expectedRevision: 2n ** 64n - 1n }),
  ).rejects.toMatchObject({ type: "wrong-expected-version" })
  await expect(client.appendToStream("x".repeat(40_000), event())).rejects.toThrow()
  await client.appendToStream("small", event())
})
