import { expect, test } from "vitest"
import type { ExpectedRevision } from "../../../src/commands/ports/event-store.ts"
import type { NewEvent } from "../../../src/domain/event.ts"
import type { StoreUnderTest } from "../event-store-contract.ts"
import { all, appended, event, events, idsOf, metadata, streamOf, unique, useStore } from "./support.ts"

export function appendContract(open: () => Promise<StoreUnderTest>): void {
  const use = useStore(open)

  test("a new stream begins at revision 0, and what was written is read back whole", async () => {
    const { store } = use()
    const stream = unique("stream")
    const cup = event({ cups: 2, name: "拿铁 ☕", nested: { list: [1, null, "x"] } })
    const before = Date.now()
    const { revision, position } = await appended(store, stream, "no_stream", [cup])
    expect(revision).toBe(0n)
    const [read, ...more] = await all(store.readStream(stream))
    expect(more).toEqual([])
    expect({ ...read!, data: read!.data, metadata: read!.metadata }).toEqual({
      id: cup.id,
      stream,
      revision: 0n,
      position,
      type: "CupSold",
      data: cup.data,
      metadata,
      recordedAtMs: expect.any(Number),
    })
    expect(Math.abs(read!.recordedAtMs - before)).toBeLessThan(60_000)
  })

  test("an exact revision goes on where the stream ends", async () => {
    const { store } = use()
    const { stream, written, position: first } = await streamOf(store, 2)
    const more = events(3)
    const { revision, position } = await appended(store, stream, 1n, more)
    expect(revision).toBe(4n)
    expect(position).toBeGreaterThan(first)
    expect(idsOf(await all(store.readStream(stream)))).toEqual(idsOf([...written, ...more]))
  })

  test.each<[string, number, ExpectedRevision]>([
    ["no_stream on a stream", 2, "no_stream"],
    ["a revision that is past", 2, 0n],
    ["a revision to come", 2, 2n],
    ["a revision of a stream that is not there", 0, 0n],
  ])("%s is a conflict and writes nothing", async (_, count, expected) => {
    const { store } = use()
    const { stream } = count > 0 ? await streamOf(store, count) : { stream: unique("stream") }
    expect(await store.append(stream, expected, [event()])).toEqual({ kind: "conflict" })
    expect(await all(store.readStream(stream))).toHaveLength(count)
  })

  test("the same events again at their place are answered as before and not written again", async () => {
    const { store } = use()
    const { stream, written, revision, position } = await streamOf(store, 3)
    const more = events(2)
    const next = await appended(store, stream, 2n, more)
    expect(await store.append(stream, "no_stream", written)).toEqual({ kind: "appended", revision, position })
    expect(await store.append(stream, 2n, more)).toEqual({ kind: "appended", ...next })
    expect(await all(store.readStream(stream))).toHaveLength(5)
  })

  test("old events together with new ones are a conflict", async () => {
    const { store } = use()
    const { stream, written } = await streamOf(store, 2)
    expect(await store.append(stream, "no_stream", [...written, event()])).toEqual({ kind: "conflict" })
    expect(await all(store.readStream(stream))).toHaveLength(2)
  })

  test("a group of 500 is written in order, each event at a position of its own", async () => {
    const { store } = use()
    const { stream, written, revision, position } = await streamOf(store, 500)
    expect(revision).toBe(499n)
    const read = await all(store.readStream(stream))
    expect(idsOf(read)).toEqual(idsOf(written))
    expect(read.map((each) => Number(each.revision))).toEqual([...written.keys()])
    for (let at = 1; at < read.length; at++)
      expect(read[at]!.position).toBeGreaterThan(read[at - 1]!.position)
    expect(read.at(-1)!.position).toBe(position)
  })

  test("of 40 appends at once under one revision exactly one is written", async () => {
    const { store } = use()
    const { stream } = await streamOf(store, 1)
    const results = await Promise.all(Array.from({ length: 40 }, () => store.append(stream, 0n, events(2))))
    expect(results.filter(({ kind }) => kind === "appended")).toHaveLength(1)
    expect(results.filter(({ kind }) => kind === "conflict")).toHaveLength(39)
    expect(await all(store.readStream(stream))).toHaveLength(3)
  })

  test("100 appends at once to 100 streams all succeed", async () => {
    const { store } = use()
    const written = await Promise.all(Array.from({ length: 100 }, () => streamOf(store, 1)))
    expect(new Set(written.map(({ position }) => position)).size).toBe(100)
  })

  test("just under 1 MiB is taken", async () => {
    const { store } = use()
    const { revision } = await appended(store, unique("stream"), "no_stream", [
      event({ padding: "x".repeat(1_047_000) }),
    ])
    expect(revision).toBe(0n)
  })

  test.each<[string, string, ExpectedRevision, NewEvent[], typeof Error]>([
    ["an empty stream name", "", "no_stream", [event()], TypeError],
    ["no event at all", unique("stream"), "no_stream", [], TypeError],
    ["an event without a type", unique("stream"), "no_stream", [event({}, "")], TypeError],
    ["an id that is none", unique("stream"), "no_stream", [{ ...event(), id: "cup-1" }], TypeError],
    ["a negative revision", unique("stream"), -1n, [event()], RangeError],
    ["1 MiB", unique("stream"), "no_stream", [event({ padding: "x".repeat(1_048_576) })], RangeError],
    ["1 MiB in all", unique("stream"), "no_stream", bigEvents(11, 100_000), RangeError],
  ])("%s is refused before it is sent", async (_, stream, expected, refused, error) => {
    const { store } = use()
    await expect(store.append(stream, expected, refused)).rejects.toThrow(error)
    if (stream !== "") expect(await all(store.readStream(stream))).toEqual([])
    await streamOf(store, 1)
  })
}

const bigEvents = (count: number, bytes: number): NewEvent[] =>
  Array.from({ length: count }, () => event({ padding: "x".repeat(bytes) }))
