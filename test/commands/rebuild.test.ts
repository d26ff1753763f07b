import { describe, expect, it } from "vitest"
import { GateUnavailable } from "../../src/commands/ports/gate.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { type Process, saleWorld, type World } from "../support/sale-world.ts"
import { SALE_ID } from "../support/scenario.ts"

const accepted = { kind: "accepted" }
const count = (world: World, type: FlashSale.EventType) =>
  world.events().filter((e) => e.type === type).length

async function buys(world: World, process: Process, user: string) {
  const answer = process.buy(user)
  await world.clock.advance(700)
  return answer
}

/** A process whose next append is taken by the log only when `let` is called; `dropped` is never. */
async function slowProcess(world: World) {
  const held = Promise.withResolvers<void>()
  const append: typeof world.log.append = async (...args) => {
    await held.promise
    return world.log.append(...args)
  }
  return { ...(await world.process({ store: { append } })), let: held.resolve }
}

describe("a gate that is lost", () => {
  it("is loaded again by itself, under a new epoch, with what was sold still sold", async () => {
    const world = await saleWorld({ stock: 3 })
    const process = await world.process()
    const before = await buys(world, process, "ann")
    world.loseGate()
    expect(await buys(world, process, "ann")).toEqual(before)
    expect(await buys(world, process, "bob")).toMatchObject(accepted)
    expect(await buys(world, process, "cyd")).toMatchObject(accepted)
    expect(await buys(world, process, "dan")).toEqual({ kind: "refused", reason: "sold_out" })
    expect(
      world
        .events()
        .filter(({ type }) => type === "GateOpened")
        .map(({ data }) => data),
    ).toEqual([{ epoch: 1 }, { epoch: 2 }])
    expect(await world.drift()).toBe(0)
  })

  it("is loaded again also when nobody asks for cups", async () => {
    const world = await saleWorld()
    const process = await world.process()
    await buys(world, process, "ann")
    world.loseGate()
    await world.clock.advance(2_000)
    expect(await world.gate.look(SALE_ID)).toMatchObject({ kind: "loaded", epoch: 2 })
  })

  it("is loaded by one process, however many notice *", async () => {
    const world = await saleWorld({ stock: 100 })
    const processes = [await world.process(), await world.process(), await world.process()]
    await buys(world, processes[0]!, "ann")
    world.loseGate()
    const answers = processes.map((process, n) => process.buy(`u${n}`))
    await world.clock.advance(700)
    for (const answer of answers) expect(await answer).toMatchObject(accepted)
    expect(count(world, "GateOpened")).toBe(2)
  })

  it("voids the permits of before: one whose append comes after the fence is asked for anew *", async () => {
    const world = await saleWorld({ stock: 1 })
    const first = await world.process()
    await first.live.rebuild.ensureLoaded()
    const slow = await slowProcess(world)
    const ann = slow.buy("ann")
    await world.clock.settle()
    world.loseGate()
    // The permit is forgotten, so the cup is free again, and bob is the one who gets it.
    expect(await buys(world, first, "bob")).toMatchObject(accepted)
    slow.let()
    await world.clock.advance(100)
    expect(await ann).not.toMatchObject(accepted)
    await world.clock.advance(12_000)
    expect(count(world, "StockReserved")).toBe(1)
    expect(await world.drift()).toBe(0)
  })

  it("makes no order of a permit of before, once its request was refused *", async () => {
    const world = await saleWorld({ stock: 1 })
    const first = await world.process()
    await first.live.rebuild.ensureLoaded()
    const slow = await slowProcess(world)
    const ann = slow.buy("ann")
    await world.clock.advance(800)
    expect(await ann).toEqual({ kind: "pending" })
    world.loseGate()
    await world.clock.advance(2_000)
    const context = { actor: "admin:boss", correlationId: "t", causationId: "t" }
    const asked = (requestId: string) => ({ requestId, payloadHash: "h", nowMs: world.clock.now() })
    await first.live.writer.commit((sale) => FlashSale.pause(sale, asked("boss:p")), context)
    await world.clock.settle()
    expect(await buys(world, first, "ann")).toEqual({ kind: "refused", reason: "sale_paused" })
    await first.live.writer.commit((sale) => FlashSale.resume(sale, asked("boss:r")), context)
    slow.let()
    await world.clock.advance(12_000)
    expect(count(world, "StockReserved")).toBe(0)
    expect(await world.drift()).toBe(0)
  })

  it("counts a permit whose append came before the fence", async () => {
    const world = await saleWorld({ stock: 1 })
    const first = await world.process()
    await first.live.rebuild.ensureLoaded()
    const slow = await slowProcess(world)
    const ann = slow.buy("ann")
    await world.clock.settle()
    world.loseGate()
    slow.let()
    await world.clock.settle()
    expect(await ann).toMatchObject(accepted)
    expect(await buys(world, first, "bob")).toEqual({ kind: "refused", reason: "sold_out" })
    expect(await world.drift()).toBe(0)
  })

  it("is loaded anew when it is lost again between the claim and the load *", async () => {
    const world = await saleWorld({ stock: 5 })
    let losses = 1
    const process = await world.process({
      gate: {
        load(...args) {
          if (losses-- > 0) world.loseGate()
          return world.gate.load(...args)
        },
      },
    })
    expect(await buys(world, process, "ann")).toMatchObject(accepted)
    expect(count(world, "GateOpened")).toBe(2)
    expect(await world.drift()).toBe(0)
  })

  it("is loaded at the second try when Redis did not answer the first: its claim stands in nobody's way", async () => {
    const world = await saleWorld({ stock: 5 })
    let failures = 1
    const process = await world.process({
      gate: {
        async load(...args) {
          if (failures-- > 0) throw new GateUnavailable("no answer")
          return world.gate.load(...args)
        },
      },
    })
    expect(await buys(world, process, "ann")).toMatchObject(accepted)
    expect(await world.drift()).toBe(0)
  })

  it("is not loaded by a process that slept through another's rebuild *", async () => {
    const world = await saleWorld({ stock: 2 })
    const wake = Promise.withResolvers<void>()
    const sleeper = await world.process({
      gate: {
        async load(...args) {
          await wake.promise
          return world.gate.load(...args)
        },
        renew: async () => false,
      },
    })
    void sleeper.live.rebuild.ensureLoaded()
    await world.clock.advance(3_500)
    const other = await world.process()
    expect(await buys(world, other, "ann")).toMatchObject(accepted)
    wake.resolve()
    await world.clock.advance(2_000)
    expect(await buys(world, other, "bob")).toMatchObject(accepted)
    expect(await buys(world, other, "cyd")).toEqual({ kind: "refused", reason: "sold_out" })
    expect(count(world, "StockReserved")).toBe(2)
    expect(await world.drift()).toBe(0)
  })
})

describe("the gate of a sale that is over", () => {
  it("is not loaded again for the cups that come back after it", async () => {
    const world = await saleWorld({ stock: 1 })
    const process = await world.process()
    expect(await buys(world, process, "ann")).toMatchObject(accepted)
    await world.clock.advance(2 * 3_600_000)
    world.loseGate()
    const late = await world.process()
    const context = { actor: "system:test", correlationId: "t", causationId: "t" }
    await late.live.writer.commit(
      (sale) => FlashSale.release(sale, `${SALE_ID}-2`, world.clock.now()),
      context,
    )
    await world.clock.advance(5_000)
    expect(count(world, "ReservationReleased")).toBe(1)
    expect(count(world, "GateOpened")).toBe(1)
    expect(await buys(world, late, "bob")).toEqual({ kind: "refused", reason: "sale_not_open" })
  })
})
