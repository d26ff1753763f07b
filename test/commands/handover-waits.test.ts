import { describe, expect, it } from "vitest"
import type { EventStore } from "../../src/commands/ports/event-store.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { accepted, bought, context, orders, twoProcesses } from "../support/handover-world.ts"
import type { World } from "../support/sale-world.ts"
import { SALE_ID } from "../support/scenario.ts"

/** A writer that takes nothing of what is laid down for it. */
const never = (): Promise<never> => new Promise(() => {})

/** Lets the clock go on until the promise has ended, and tells how long that took. */
async function timed<T>(world: World, promise: Promise<T>): Promise<{ value: T; ms: number }> {
  const sinceMs = world.clock.elapsed()
  let value: { is: T } | null = null
  void promise.then((is) => {
    value = { is }
  })
  while (!value && world.clock.elapsed() - sinceMs < 5_000) await world.clock.advance(10)
  return { value: (value as unknown as { is: T }).is, ms: world.clock.elapsed() - sinceMs }
}

describe("whoever waits for the writer", () => {
  it("writes by itself once the stream was quiet for 200 ms", async () => {
    const { world, second, server, appends } = await twoProcesses({}, { first: { take: never } })
    const { value, ms } = await timed(world, second.buy("cat"))
    expect(value).toMatchObject(accepted)
    expect(ms).toBeLessThanOrEqual(260)
    expect(appends()).toBe(1)
    expect(server.lying()).toHaveLength(1)
  })

  it("leaves a busy one alone up to a second", async () => {
    const { world, writer, second } = await twoProcesses({ stock: 100 }, { first: { take: never } })
    const answer = second.live.commit(
      { kind: "release", orderId: `${SALE_ID}-2`, nowMs: world.clock.now() },
      context,
    )
    let ended = false
    void answer.then(() => {
      ended = true
    })
    for (let n = 0; n < 9; n++) {
      expect(await bought(world, writer, `u${n}`)).toMatchObject(accepted)
      await world.clock.advance(100)
      expect(ended).toBe(false)
    }
    expect(await bought(world, writer, "last")).toMatchObject(accepted)
    await world.clock.advance(150)
    expect(ended).toBe(true)
    expect(await answer).toEqual({ ok: true, appended: true })
  })

  it("writes at once when nothing can be laid down", async () => {
    const offer = () => Promise.reject(new Error("Redis is away"))
    const { world, second, appends } = await twoProcesses({}, { second: { offer } })
    expect(await bought(world, second, "cat")).toMatchObject(accepted)
    expect(appends()).toBe(1)
  })

  it("and the writer may both write: one order comes of it", async () => {
    const held = Promise.withResolvers<void>()
    const taken: string[][] = []
    const take = async () => {
      await held.promise
      return taken.shift() ?? []
    }
    const offered: string[] = []
    const offer = async (_: string, texts: readonly string[]) => {
      offered.push(...texts)
      return true
    }
    const { world, writer, second } = await twoProcesses({}, { first: { take }, second: { offer } })
    expect((await timed(world, second.buy("cat"))).value).toMatchObject(accepted)
    expect(offered).toHaveLength(1)
    taken.push(offered, offered, ["no command"])
    held.resolve()
    await world.clock.advance(1_000)
    expect(await bought(world, writer, "dan")).toMatchObject(accepted)
    await world.clock.advance(1_000)
    expect(orders(world)).toBe(4)
    expect(await world.drift()).toBe(0)
    expect(await world.gate.look(SALE_ID)).toMatchObject({ permits: 0 })
  })

  it("becomes the writer when the old one's lease has ended", async () => {
    const { world, writer, second, server, appends } = await twoProcesses()
    await writer.stop()
    server.endLeases()
    expect((await timed(world, second.buy("cat"))).value).toMatchObject(accepted)
    const before = appends()
    expect(await bought(world, second, "dan")).toMatchObject(accepted)
    expect(appends()).toBe(before + 1)
  })

  it("does not wait for a permit that a fence has voided", async () => {
    const { world, writer, second } = await twoProcesses({}, { first: { take: never } })
    const answer = second.buy("cat")
    await world.clock.settle()
    world.loseGate()
    void writer.live.rebuild.ensureLoaded()
    const { value, ms } = await timed(world, answer)
    expect(value).toMatchObject(accepted)
    expect(ms).toBeLessThan(800)
    expect(orders(world)).toBe(3)
    expect(await world.drift()).toBe(0)
  })
})

describe("whoever takes itself for the writer", () => {
  it("hands over what has lost its place three times in a row", async () => {
    const { world, server, writer } = await twoProcesses({ stock: 100 })
    let lost = 0
    // Before each of its appends the writer has appended another order.
    const append: EventStore["append"] = async (...args) => {
      if (args[0] === FlashSale.streamOf(SALE_ID) && lost++ < 10) await writer.buy(`u${lost}`)
      return world.log.append(...args)
    }
    const joining = await world.process({ store: { append }, handover: server.process() })
    expect(await bought(world, joining, "cat")).toMatchObject(accepted)
    expect(lost).toBe(3)
    expect(orders(world)).toBe(6)
    expect(await world.drift()).toBe(0)
  })
})
