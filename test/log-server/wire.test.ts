import { readFileSync } from "node:fs"
import { afterAll, beforeAll, expect, it } from "vitest"
import { startTestLogServer, type TestLogServer } from "../support/log-server.ts"
import { wireCalls } from "./wire-calls.ts"

type Recorded = Record<string, { trailers?: unknown; initial?: unknown; status?: { trailers: object } }>

const recordings: Recorded = JSON.parse(readFileSync(new URL("recorded/wire.json", import.meta.url), "utf8"))

let server: TestLogServer
let calls: ReturnType<typeof wireCalls>

beforeAll(async () => {
  server = await startTestLogServer()
  calls = wireCalls(`127.0.0.1:${server.port}`)
})

afterAll(async () => {
  calls.close()
  await server.close()
})

/** A recording without its content types, which differ by the gRPC library. */
function recording(name: string): object {
  const { initial: _, ...rest } = recordings[name] ?? {}
  return JSON.parse(JSON.stringify(rest), (key, value) =>
    key === "content-type" && value === "application/grpc" ? undefined : value,
  )
}

/** Plays a call and compares what came back with the recording of this name. */
async function same(name: string, answer: Promise<unknown>): Promise<void> {
  expect(recordings[name], name).toBeDefined()
  expect(await answer, name).toEqual(recording(name))
}

// In the order of the recording: later calls meet what earlier ones wrote.

it("names the same methods", async () => {
  await same("ServerFeatures.GetSupportedMethods", calls.getSupportedMethods())
})

it("is a cluster of one leader, where it listens", async () => {
  expect(await calls.gossip()).toMatchObject({
    membersList: [{ state: 8, isAlive: true, httpEndPoint: { address: "127.0.0.1", port: server.port } }],
  })
})

it("answers unary appends", async () => {
  await same("Append: new stream, no_stream", calls.append({ stream: "a", expected: "no_stream" }, 3))
  await same(
    "Append: wrong revision, no_stream on three events",
    calls.append({ stream: "a", expected: "no_stream" }, 1),
  )
  await same("Append: wrong revision, 7 on three events", calls.append({ stream: "a", expected: 7 }, 1))
  await same(
    "Append: wrong revision, stream_exists on a missing stream",
    calls.append({ stream: "missing", expected: "stream_exists" }, 1),
  )
  await same("Append: empty, any, missing stream", calls.append({ stream: "empty" }, 0))
  await same("Append: no content-type", calls.append({ stream: "content" }, 1, { type: "t" }))
  await same(
    "Append: unknown content-type",
    calls.append({ stream: "content" }, 1, { type: "t", "content-type": "x" }),
  )
  await same(
    "Append: no type",
    calls.append({ stream: "content" }, 1, { "content-type": "application/json" }),
  )
})

it("answers batch appends", async () => {
  await same(
    "BatchAppend: new stream, no_stream",
    calls.batchAppend({ stream: "b", expected: "no_stream" }, 3),
  )
  await same(
    "BatchAppend: wrong revision, no_stream on three events",
    calls.batchAppend({ stream: "b", expected: "no_stream" }, 1),
  )
  await same(
    "BatchAppend: wrong revision, 7 on three events",
    calls.batchAppend({ stream: "b", expected: 7 }, 1),
  )
  await same(
    "BatchAppend: stream_exists on a missing stream",
    calls.batchAppend({ stream: "missing", expected: "stream_exists" }, 1),
  )
  await same("BatchAppend: empty, any, missing stream", calls.batchAppend({ stream: "bempty" }, 0))
  await same("BatchAppend: without a deadline", calls.batchAppend({ stream: "bnd" }, 1))
  await same("BatchAppend: a deadline already past", calls.batchAppend({ stream: "bpast" }, 1, new Date(0)))
})

it("never answers a batch append without options", async () => {
  expect((await calls.batchAppend(null, 1)).answers).toEqual(
    (recording("BatchAppend: without options") as { answers: unknown }).answers,
  )
})

it("answers for deleted and tombstoned streams", async () => {
  await calls.append({ stream: "t" }, 1)
  await calls.tombstone({ stream: "t" })
  const { answers } = await calls.batchAppend({ stream: "t" }, 1)
  expect(answers).toMatchObject([
    { resultCase: 2, error: { code: 5, message: "StreamDeleted" }, streamIdentifier: { streamName: "t" } },
  ])
  await same("Append: tombstoned", calls.append({ stream: "t" }, 1))
  await calls.append({ stream: "d" }, 3)
  await same("Delete: ok", calls.delete({ stream: "d" }))
  await same("Delete: wrong revision", calls.delete({ stream: "a", expected: 9 }))
  await same("Delete: missing stream", calls.delete({ stream: "nothing" }))
  await same("Tombstone: wrong revision", calls.tombstone({ stream: "a", expected: 9 }))
  await same("Tombstone: tombstoned", calls.tombstone({ stream: "t" }))
})

it("answers reads, message by message", async () => {
  const read = (stream: string, count = 100) => calls.read({ stream, from: "start", count })
  await same(
    "Read: $all backwards from the end, at most 2",
    calls.read({ from: "end", backwards: true, count: 2 }),
  )
  await same("Read: stream of three, forwards from the start", read("a"))
  await same("Read: stream of three, at most 2", read("a", 2))
  await same(
    "Read: stream of three, backwards from the end",
    calls.read({ stream: "a", from: "end", backwards: true, count: 100 }),
  )
  await same("Read: beyond the end", calls.read({ stream: "a", from: 9, count: 100 }))
  await same("Read: count 0", read("a", 0))
  await same("Read: missing stream", read("nothing"))
  await same("Read: soft-deleted stream", read("d"))
  await same("Read: tombstoned stream", read("t"))
})

it("answers subscriptions, message by message", async () => {
  await same(
    "Subscribe: stream of three from the start",
    calls.read({ stream: "a", from: "start" }, "CAUGHT_UP"),
  )
  await same("Subscribe: missing stream", calls.read({ stream: "nothing", from: "start" }, "CONFIRMATION"))
  await same("Subscribe: $all from the end", calls.read({ from: "end" }, "CAUGHT_UP"))
})

it("says how far a subscription is that finds nothing", async () => {
  await calls.append({ stream: "noise" }, 100)
  const { messages } = await calls.read({ from: "start", typePrefix: "nothing is called so" }, "CAUGHT_UP")
  const kinds = messages.map(({ content }) => content)
  expect(kinds[0]).toBe("CONFIRMATION")
  expect(kinds.at(-1)).toBe("CAUGHT_UP")
  expect(kinds.slice(1, -1)).toContain("CHECKPOINT")
  expect(new Set(kinds.slice(1, -1)).size).toBe(1)
})

it("gives event ids in the form that is asked for", async () => {
  const { messages } = await calls.read({ stream: "a", from: "start", count: 1, structuredIds: true })
  expect(messages).toMatchObject([{ event: { idString: false, idStructured: true, dataLength: 2 } }])
})
