import { expect, test } from "vitest"
import type { ReadStreamOptions } from "../../../src/commands/ports/event-store.ts"
import type { StoreUnderTest } from "../event-store-contract.ts"
import { all, appended, event, events, idsOf, streamOf, unique, useStore } from "./support.ts"

export function readContract(open: () => Promise<StoreUnderTest>): void {
  const use = useStore(open)

  test.each<[string, ReadStreamOptions | undefined, number[]]>([
    ["from its start", undefined, [0, 1, 2, 3, 4]],
    ["from a revision", { from: 2n }, [2, 3, 4]],
    ["from its last revision", { from: 4n }, [4]],
    ["from beyond its end", { from: 5n }, []],
    ["at most so many", { limit: 2 }, [0, 1]],
    ["at most so many from a revision", { from: 1n, limit: 3 }, [1, 2, 3]],
    ["at most more than there are", { limit: 9 }, [0, 1, 2, 3, 4]],
    ["at most none", { limit: 0 }, []],
    ["backwards from its end", { direction: "backwards" }, [4, 3, 2, 1, 0]],
    ["backwards from a revision", { direction: "backwards", from: 2n }, [2, 1, 0]],
    ["backwards, its last event", { direction: "backwards", limit: 1 }, [4]],
    ["backwards from its first revision", { direction: "backwards", from: 0n }, [0]],
  ])("a stream of five, %s", async (_, options, revisions) => {
    const { store } = use()
    const { stream, written } = await streamOf(store, 5)
    const read = await all(store.readStream(stream, options))
    expect(read.map(({ revision }) => Number(revision))).toEqual(revisions)
    expect(idsOf(read)).toEqual(revisions.map((revision) => written[revision]!.id))
  })

  test.each<[string, ReadStreamOptions | undefined]>([
    ["from its start", undefined],
    ["from a revision", { from: 3n }],
    ["backwards", { direction: "backwards", limit: 1 }],
  ])("a missing stream is empty, %s", async (_, options) => {
    expect(await all(use().store.readStream(unique("missing"), options))).toEqual([])
  })

  test("a long stream is read whole, also by a slow reader", async () => {
    const { store } = use()
    const { stream, written } = await streamOf(store, 500)
    const more = events(500)
    await appended(store, stream, 499n, more)
    const read = []
    for await (const { id } of store.readStream(stream)) {
      read.push(id)
      if (read.length % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(read).toEqual(idsOf([...written, ...more]))
  })

  test("a reader may leave early", async () => {
    const { store } = use()
    const { stream, written } = await streamOf(store, 500)
    for (let round = 0; round < 20; round++) {
      for await (const { id } of store.readStream(stream)) {
        expect(id).toBe(written[0]!.id)
        break
      }
    }
  })

  test("all events are in the order of their commits, whatever their stream", async () => {
    const { store } = use()
    const a = await streamOf(store, 2)
    const b = await streamOf(store, 2)
    const c = event()
    await appended(store, a.stream, 1n, [c])
    const from = (await all(store.readStream(a.stream)))[0]!.position
    const read = await all(store.readAll({ from, limit: 5 }))
    expect(idsOf(read)).toEqual(idsOf([...a.written, ...b.written, c]))
    expect(read.map(({ stream }) => stream)).toEqual([a.stream, a.stream, b.stream, b.stream, a.stream])
    const inStream = await all(store.readStream(a.stream))
    expect(inStream).toEqual(read.filter(({ stream }) => stream === a.stream))
  })

  test("all events forwards from a position, which is the first, and backwards from it, which is not", async () => {
    const { store } = use()
    const { stream, written } = await streamOf(store, 3)
    const middle = (await all(store.readStream(stream)))[1]!
    const forwards = await all(store.readAll({ from: middle.position, limit: 2 }))
    expect(idsOf(forwards)).toEqual(idsOf(written.slice(1)))
    const backwards = await all(store.readAll({ direction: "backwards", from: middle.position, limit: 1 }))
    expect(idsOf(backwards)).toEqual(idsOf(written.slice(0, 1)))
  })

  test("all events backwards begin with the last; none is the system's own", async () => {
    const { store } = use()
    const { written } = await streamOf(store, 3)
    const backwards = await all(store.readAll({ direction: "backwards", limit: 3 }))
    expect(idsOf(backwards)).toEqual(idsOf(written).reverse())
    const first = await all(store.readAll({ limit: 50 }))
    expect(first.filter(({ type }) => type.startsWith("$"))).toEqual([])
    expect(await all(store.readAll({ limit: 0 }))).toEqual([])
  })

  test("the end is at the last event or past it", async () => {
    const { store } = use()
    const before = await store.endPosition()
    const { position } = await streamOf(store, 1)
    expect(position).toBeGreaterThan(before)
    expect(await store.endPosition()).toBeGreaterThanOrEqual(position)
  })
}
