import { describe, expect, it, onTestFinished } from "vitest"
import type { ReadStreamOptions } from "../../src/commands/ports/event-store.ts"
import { createFollower } from "../../src/commands/sale/follower.ts"
import { createSnapshots } from "../../src/commands/sale/snapshots.ts"
import type { NewEvent, RecordedEvent } from "../../src/domain/event.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import type { MemoryLog } from "../support/memory-log.ts"
import { type Process, saleWorld, type World } from "../support/sale-world.ts"
import { contentOf, permit, reserved, SALE_ID } from "../support/scenario.ts"

const EVERY = 10
const SALE = FlashSale.streamOf(SALE_ID)
const SNAPSHOTS = `snapshot-${SALE}`
const metadata = { correlationId: "t", causationId: "t", actor: "t", schemaVersion: 1, codeVersion: "t" }

const storedIn = (log: MemoryLog) => log.all.filter(({ stream }) => stream === SNAPSHOTS)
let ids = 0
const eventOf = (type: string, data: object): NewEvent => ({
  id: `11111111-0000-4000-8000-${(++ids).toString(16).padStart(12, "0")}`,
  ...{ type, data, metadata },
})

/** Sells `count` cups more, past the gate. */
async function sell(world: World, count: number): Promise<void> {
  const from = world.events().length
  const events = Array.from({ length: count }, (_, n) => reserved(permit(`user${from + n}`), from + n))
  await world.log.append(
    SALE,
    BigInt(from - 1),
    events.map(({ type, data }) => eventOf(type, data)),
  )
}

/** A process that follows the sale and keeps its snapshots. */
async function keeper(world: World, tamper: Parameters<World["process"]>[0] = {}) {
  const reads: [stream: string, from: bigint | undefined][] = []
  const { deps, stop } = await world.process({
    store: {
      readStream(stream: string, options: ReadStreamOptions = {}) {
        reads.push([stream, options.from])
        return world.log.readStream(stream, options)
      },
      ...tamper.store,
    },
  })
  await stop()
  reads.length = 0
  const snapshots = createSnapshots(deps, SALE_ID, EVERY)
  const sale = (await snapshots.join())!
  const follower = createFollower(sale, deps.store, world.clock)
  await follower.catchUp()
  const stopped = new AbortController()
  onTestFinished(() => stopped.abort())
  void snapshots.keep(sale, stopped.signal)
  return { sale, follower, reads, stop: () => stopped.abort() }
}

/** Folds what is new and lets what is due be written. */
async function goOn(world: World, ...keepers: Pick<Awaited<ReturnType<typeof keeper>>, "follower">[]) {
  for (const { follower } of keepers) await follower.catchUp()
  await world.clock.advance(4_000)
}

/** What a process that joins now folds, and from which revision on it reads the sale's stream. */
async function joining(world: World) {
  const { sale, reads } = await keeper(world)
  const from = reads.filter(([stream]) => stream === SALE).at(-1)![1]
  return { content: contentOf(sale), from: Number(from) }
}

function fromStart(world: World) {
  const sale = FlashSale.initial(SALE_ID)
  for (const { stream, type, data, revision, position } of world.log.all)
    if (stream === SALE)
      FlashSale.evolve(sale, FlashSale.parse(type, data), { revision: Number(revision), position })
  return contentOf(sale)
}

async function worldOf(cups: number) {
  const world = await saleWorld({ stock: 100_000 })
  await sell(world, cups)
  return world
}

describe("snapshots", () => {
  it("are written whenever so many events have come, each with what is new", async () => {
    const world = await worldOf(15)
    const process = await keeper(world)
    await goOn(world, process)
    await sell(world, EVERY - 1)
    await goOn(world, process)
    expect(storedIn(world.log)).toHaveLength(1)
    await sell(world, 1)
    await goOn(world, process)
    expect(storedIn(world.log).map(({ data }) => data)).toMatchObject([
      { after: -1, revision: 15, requests: { length: 15 } },
      { after: 15, revision: 25, requests: { length: 10 } },
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
    const served: Process = await world.process()
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
  /** The stored parts of a sale of 2,500 cups, each of which can be changed before a process joins. */
  async function tampered(change: (parts: RecordedEvent[]) => { type: string; data: object }[]) {
    const source = await worldOf(2_500)
    await goOn(source, await keeper(source))
    const parts = storedIn(source.log)
    expect(parts).toHaveLength(3)
    const world = await worldOf(2_500)
    let revision = -1n
    for (const { type, data } of change(parts)) {
      await world.log.append(SNAPSHOTS, revision < 0n ? "no_stream" : revision, [eventOf(type, data)])
      revision += 1n
    }
    return world
  }
  const asStored = ({ type, data }: RecordedEvent) => ({ type, data: data as object })
  const changed = (parts: RecordedEvent[], change: object) =>
    parts.map((part) => ({ type: part.type, data: { ...(part.data as object), ...change } }))

  it.each<[string, (parts: RecordedEvent[]) => { type: string; data: object }[], number]>([
    ["is whole and sound: it is used", (parts) => parts.map(asStored), 2_501],
    ["is of another version", (parts) => changed(parts, { version: 2 }), 0],
    ["is of another sale", (parts) => changed(parts, { saleId: "another" }), 0],
    ["is of another type", (parts) => parts.map(({ data }) => ({ type: "Other", data: data as object })), 0],
    ["is half written", (parts) => parts.slice(0, 2).map(asStored), 0],
    ["lacks its beginning", (parts) => parts.slice(1).map(asStored), 0],
    ["continues one that is not there", (parts) => changed(parts, { after: 5 }), 0],
    [
      "was damaged",
      ([first, ...rest]) => [...changed([first!], { payloadHashes: ["x"] }), ...rest.map(asStored)],
      0,
    ],
    ["has the parts of another in between", ([a, b, c]) => [a!, a!, b!, b!, c!].map(asStored), 0],
    ["comes after half of another", (parts) => [...parts.slice(0, 2), ...parts].map(asStored), 2_501],
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
      storedIn(source.log).map(({ type, data }) => eventOf(type, data as object)),
    )
    await sell(world, 20)
    expect(await joining(world)).toEqual({ content: fromStart(world), from: 0 })
    await goOn(world, await keeper(world))
    expect(storedIn(world.log).at(-1)!.data).toMatchObject({ after: -1, revision: 20 })
    expect(await joining(world)).toEqual({ content: fromStart(world), from: 21 })
  })

  it("reaches further than its stream", async () => {
    const source = await worldOf(15)
    await goOn(source, await keeper(source))
    const world = await worldOf(5)
    await world.log.append(
      SNAPSHOTS,
      "no_stream",
      storedIn(source.log).map(({ type, data }) => eventOf(type, data as object)),
    )
    expect(await joining(world)).toEqual({ content: fromStart(world), from: 0 })
  })
})

describe("several processes that keep snapshots", () => {
  it("write each once", async () => {
    const world = await worldOf(2_500)
    const processes = [await keeper(world), await keeper(world), await keeper(world)]
    await goOn(world, ...processes)
    await sell(world, EVERY)
    await goOn(world, ...processes)
    const parts = storedIn(world.log).map(({ data }) => data as FlashSale.SnapshotPart)
    expect(parts.map(({ after, part }) => [after, part])).toEqual([
      [-1, 0],
      [-1, 1],
      [-1, 2],
      [2_500, 0],
    ])
    expect(await joining(world)).toEqual({ content: fromStart(world), from: 2_511 })
  })

  it("go on when one of them dies in the middle", async () => {
    const world = await worldOf(2_500)
    let appends = 0
    const dying = await keeper(world, {
      store: {
        append: async (...args) => {
          if (++appends > 1) return new Promise(() => {})
          return world.log.append(...args)
        },
      },
    })
    await goOn(world, dying)
    expect(storedIn(world.log)).toHaveLength(1)
    dying.stop()
    await goOn(world, await keeper(world))
    expect(storedIn(world.log)).toHaveLength(4)
    expect(await joining(world)).toEqual({ content: fromStart(world), from: 2_501 })
  })

  it("do not disturb each other, whoever is slow", async () => {
    const world = await worldOf(2_500)
    const held = Promise.withResolvers<void>()
    let appends = 0
    const slow = await keeper(world, {
      store: {
        append: async (...args) => {
          if (++appends === 2) await held.promise
          return world.log.append(...args)
        },
      },
    })
    await goOn(world, slow)
    await goOn(world, await keeper(world))
    held.resolve()
    await goOn(world, slow)
    expect(storedIn(world.log)).toHaveLength(4)
    await sell(world, EVERY)
    await goOn(world, slow)
    expect(storedIn(world.log)).toHaveLength(5)
    expect(await joining(world)).toEqual({ content: fromStart(world), from: 2_511 })
  })
})
