import { describe, expect, it } from "vitest"
import type { EventStore } from "../../src/commands/ports/event-store.ts"
import { parseWritten } from "../../src/commands/sale/written.ts"
import { accepted, bought, type Scene, twoProcesses } from "../support/handover-world.ts"

/** A subscription that brings nothing. */
const silent: EventStore["subscribeStream"] = async function* ({ signal }) {
  await new Promise((resolve) => signal.addEventListener("abort", resolve))
  yield* []
}

/** The second process has of the stream what it is told, what it writes, and what it reads, which is counted. */
async function onlyTold(): Promise<Scene & { reads: () => number }> {
  let reads = 0
  const scene = await twoProcesses(
    { stock: 100 },
    {
      store: (log) => ({
        subscribeStream: silent,
        readStream(...args) {
          reads += 1
          return log.readStream(...args)
        },
      }),
    },
  )
  reads = 0
  return { ...scene, reads: () => reads }
}

const buys = async ({ world }: Scene, by: Scene["second"], user: string) =>
  expect(await bought(world, by, user)).toMatchObject(accepted)

const expectInStep = ({ world, second }: Scene) =>
  expect(second.live.sale.revision).toBe(world.events().length - 1)

describe("whoever hands over is told what was written", () => {
  it("and needs no subscription", async () => {
    const scene = await onlyTold()
    await buys(scene, scene.second, "cat")
    await buys(scene, scene.writer, "dan")
    expectInStep(scene)
    expect([scene.appends(), scene.reads(), scene.telling.times]).toEqual([0, 0, 2])
  })

  it("as it stands in the stream, whatever else was written meanwhile", async () => {
    const scene = await onlyTold()
    const { world, telling } = scene
    const told: string[] = []
    telling.hears = (text, hear) => {
      told.push(text)
      hear(text)
    }
    const alone = await world.process()
    for (let n = 0; n < 5; n++) {
      await buys(scene, alone, `alone${n}`)
      await buys(scene, scene.second, `second${n}`)
    }
    expect(told.length).toBe(5)
    const written = world.events()
    for (const { events, firstRevision } of told.map(parseWritten))
      expect(events).toEqual(written.slice(firstRevision, firstRevision + events.length))
    expectInStep(scene)
  })

  it("and reads where something is missing", async () => {
    const scene = await onlyTold()
    const { telling, second, writer } = scene
    telling.hears = () => {}
    await buys(scene, writer, "lost")
    telling.hears = (text, hear) => hear(text)
    await buys(scene, second, "cat")
    expectInStep(scene)
    expect(scene.reads()).toBe(1)
  })

  it("and may be told late, twice, or what it does not understand", async () => {
    const scene = await onlyTold()
    const { telling, second, writer } = scene
    const late: string[] = []
    telling.hears = (text) => void late.push(text)
    await buys(scene, writer, "dan")
    telling.hears = (text, hear) => {
      for (const each of [text, "not JSON", '{"events":[]}', ...late, text]) hear(each)
    }
    await buys(scene, second, "cat")
    await buys(scene, second, "eve")
    expectInStep(scene)
    expect(scene.appends()).toBe(0)
  })

  it("until it has laid down nothing for a second", async () => {
    const scene = await onlyTold()
    const { world, telling, writer } = scene
    await buys(scene, scene.second, "cat")
    await world.clock.advance(1_001)
    telling.times = 0
    await buys(scene, writer, "dan")
    expect(telling.times).toBe(0)
    await buys(scene, scene.second, "eve")
    expect(telling.times).toBe(1)
    expectInStep(scene)
  })
})
