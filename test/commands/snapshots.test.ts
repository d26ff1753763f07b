import { describe, expect, it } from "vitest"
import { createSnapshots } from "../../src/commands/sale/snapshots.ts"
import type { RecordedEvent } from "../../src/domain/event.ts"
import { saleWorld } from "../support/sale-world.ts"
import { contentOf } from "../support/scenario.ts"
import {
  asStored,
  changed,
  EVERY,
  eventOf,
  fromStart,
  goOn,
  joining,
  keeper,
  SNAPSHOTS,
  sell,
  storedIn,
  worldOf,
} from "../support/snapshot-world.ts"

describe("snapshots", () => {
  it("are written whenever so many events have come, each with what is new", async () => {
    const world = await worldOf(15)
    const process = await keeper(world)
    await goOn(world, process)
    await sell(world, EVERY - 1)
    await goOn(world, process)
    expect(storedIn(world)).toHaveLength(1)
    await sell(world, 1)
    await goOn(world, process)
    expect(storedIn(world).map(({ data }) => data)).toMatchObject([
      { after: -1, revision: 15, requests: { requestIds: { length: 15 } } },
      { after: 15, revision: 25, requests: { requestIds: { length: 10 } } },
    ])
  })

  it("are where a process that joins begins", async () => {
    const world = await worldOf(15)
    const process = await keeper(world)
    await goOn(world, process)
    await sell(world, EVERY)
    await goOn(world, process)
    await sell(world, 3)
    expect(await joining(world)).toEqual({ content: fromStart(world), from: 26 })
  })

  it("are used by a process that serves the sale", async () => {
    const world = await worldOf(15)
    await goOn(world, await keeper(world))
    const served = await world.process()
    expect(contentOf(served.live.sale)).toMatchObject({ revision: 15, taken: 15 })
    const answer = served.buy("ann")
    await world.clock.advance(700)
    expect(await answer).toMatchObject({ kind: "accepted" })
    await served.stop()
  })

  it("cost a sale that does not exist no second read", async () => {
    const world = await saleWorld()
    const { deps } = await world.process()
    let reads = 0
    const readStream: typeof deps.store.readStream = (...asked) => {
      reads++
      return world.log.readStream(...asked)
    }
    const store = { ...deps.store, readStream }
    expect(
      await createSnapshots({ ...deps, store }, "00000000-0000-4000-8000-000000000000").join(),
    ).toBeNull()
    expect(reads).toBe(1)
  })
})

describe("a snapshot that cannot be used", () => {
  /** The stored parts of a sale of 1,250 cups, each of which can be changed before a process joins. */
  async function tampered(change: (parts: RecordedEvent[]) => { type: string; data: object }[]) {
    const source = await worldOf(1_250)
    await goOn(source, await keeper(source))
    const parts = storedIn(source)
    expect(parts).toHaveLength(3)
    const world = await worldOf(1_250)
    let revision = -1n
    for (const { type, data } of change(parts)) {
      await world.log.append(SNAPSHOTS, revision < 0n ? "no_stream" : revision, [eventOf(type, data)])
      revision += 1n
    }
    return world
  }

  const damaged = ({ type, data }: RecordedEvent) => ({
    type,
    data: { ...(data as object), released: [[1, 2]] },
  })

  it.each<[string, (parts: RecordedEvent[]) => { type: string; data: object }[], number]>([
    ["is whole and sound: it is used", (parts) => parts.map(asStored), 1_251],
    ["is of another version", (parts) => changed(parts, { version: 1 }), 0],
    ["is of another sale", (parts) => changed(parts, { saleId: "another" }), 0],
    ["is of another type", (parts) => parts.map(({ data }) => ({ type: "Other", data: data as object })), 0],
    ["is half written", (parts) => parts.slice(0, 2).map(asStored), 0],
    ["lacks its beginning", (parts) => parts.slice(1).map(asStored), 0],
    ["continues one that is not there", (parts) => changed(parts, { after: 5 }), 0],
    ["was damaged", ([first, ...rest]) => [damaged(first!), ...rest.map(asStored)], 0],
    ["has the parts of another in between", ([a, b, c]) => [a!, a!, b!, b!, c!].map(asStored), 0],
    ["comes after half of another", (parts) => [...parts.slice(0, 2), ...parts].map(asStored), 1_251],
  ])("%s", async (_, change, from) => {
    const world = await tampered(change)
    expect(await joining(world)).toEqual({ content: fromStart(world), from })
  })

  it("is of a stream that is no more: it is ignored, and a new one is begun", async () => {
    const source = await worldOf(15)
    await goOn(source, await keeper(source))
    const world = await saleWorld({ stock: 100_000 })
    await world.log.append(
      SNAPSHOTS,
      "no_stream",
      storedIn(source).map(({ type, data }) => eventOf(type, data as object)),
    )
    await sell(world, 20)
    expect(await joining(world)).toEqual({ content: fromStart(world), from: 0 })
    await goOn(world, await keeper(world))
    expect(storedIn(world).at(-1)!.data).toMatchObject({ after: -1, revision: 20 })
    expect(await joining(world)).toEqual({ content: fromStart(world), from: 21 })
  })

  it("reaches further than its stream", async () => {
    const source = await worldOf(15)
    await goOn(source, await keeper(source))
    const world = await worldOf(5)
    await world.log.append(
      SNAPSHOTS,
      "no_stream",
      storedIn(source).map(({ type, data }) => eventOf(type, data as object)),
    )
    expect(await joining(world)).toEqual({ content: fromStart(world), from: 0 })
  })
})
