import { describe, expect, it } from "vitest"
import { requestStatus } from "../../src/commands/request-status.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { type Process, saleWorld, type World } from "../support/sale-world.ts"
import { SALE_ID } from "../support/scenario.ts"

const accepted = { kind: "accepted" }
const refused = (reason: string) => ({ kind: "refused", reason })
const count = (world: World, type: FlashSale.EventType) =>
  world.events().filter((e) => e.type === type).length

/** A process whose appends wait until `let` is called: it is granted permits and does not come to commit them. */
async function heldProcess(world: World): Promise<Process & { let: () => void }> {
  const held = Promise.withResolvers<void>()
  const append: typeof world.log.append = async (...args) => {
    await held.promise
    return world.log.append(...args)
  }
  const process = await world.process({ store: { append } })
  return { ...process, let: held.resolve }
}

async function opened(world: World): Promise<Process> {
  const process = await world.process()
  const loading = process.live.rebuild.ensureLoaded()
  await world.clock.settle()
  await loading
  return process
}

describe("a permit on its way into the log", () => {
  it("is answered with 202 at the deadline, and its status tells the end", async () => {
    const world = await saleWorld()
    await opened(world)
    const slow = await heldProcess(world)
    const answer = slow.buy("ann")
    await world.clock.advance(799)
    expect(await Promise.race([answer, Promise.resolve("waiting")])).toBe("waiting")
    await world.clock.advance(1)
    expect(await answer).toEqual({ kind: "pending" })
    const status = () => requestStatus(slow.deps, slow.live, "ann:k1")
    expect(await status()).toEqual({ state: "pending" })
    slow.let()
    await world.clock.settle()
    expect(await status()).toMatchObject({ state: "accepted", outcome: { userId: "ann" } })
    expect(await requestStatus(slow.deps, slow.live, "ann:other")).toBeNull()
  })

  it("is committed by the process that is asked for its status when its owner is dead", async () => {
    const world = await saleWorld()
    const alive = await opened(world)
    const dying = await heldProcess(world)
    void dying.buy("ann")
    await world.clock.settle()
    const status = () => requestStatus(alive.deps, alive.live, "ann:k1")
    expect([await status(), await status()]).toEqual([{ state: "pending" }, { state: "pending" }])
    await world.clock.advance(250)
    expect(await status()).toMatchObject({ state: "accepted", outcome: { userId: "ann" } })
    expect(count(world, "StockReserved")).toBe(1)
  })

  it("is joined by the same request, and not by another under its key", async () => {
    const world = await saleWorld()
    await opened(world)
    const slow = await heldProcess(world)
    const first = slow.buy("ann")
    await world.clock.settle()
    const second = slow.buy("ann")
    expect(await slow.buy("ann", 2)).toEqual(refused("request_conflict"))
    slow.let()
    await world.clock.settle()
    expect(await first).toMatchObject(accepted)
    expect(await second).toEqual(await first)
    expect(count(world, "StockReserved")).toBe(1)
  })

  it("is committed by the process that meets it when its owner is dead; the owner's late append loses", async () => {
    const world = await saleWorld()
    const alive = await opened(world)
    const dying = await heldProcess(world)
    const first = dying.buy("ann")
    await world.clock.settle()
    const again = alive.buy("ann")
    await world.clock.advance(250)
    expect(await again).toMatchObject(accepted)
    dying.let()
    await world.clock.settle()
    expect(await first).toMatchObject({
      outcome: { orderId: ((await again) as { outcome: FlashSale.Accepted }).outcome.orderId },
    })
    expect(count(world, "StockReserved")).toBe(1)
    expect(await world.drift()).toBe(0)
  })

  it("is left to a busy owner for up to a second only", async () => {
    const world = await saleWorld({ stock: 100 })
    const alive = await opened(world)
    const dying = await heldProcess(world)
    void dying.buy("ann")
    await world.clock.settle()
    const began = world.clock.elapsed()
    void alive.buy("ann")
    for (let n = 0; n < 12; n++) {
      void alive.buy(`u${n}`)
      await world.clock.advance(100)
    }
    const taken = alive.live.sale.outcomes.get("ann:k1")
    expect(taken).toMatchObject(accepted)
    expect(world.clock.elapsed() - began).toBeLessThanOrEqual(1_200)
  })

  it("is refused for good by an event when the log decides otherwise *", async () => {
    const world = await saleWorld()
    const other = await opened(world)
    const slow = await heldProcess(world)
    const answer = slow.buy("ann")
    await world.clock.settle()
    const context = { actor: "admin:boss", correlationId: "p", causationId: "p" }
    const asked = (requestId: string) => ({ requestId, payloadHash: "h", nowMs: world.clock.now() })
    await other.live.writer.commit((sale) => FlashSale.pause(sale, asked("boss:p")), context)
    slow.let()
    await world.clock.settle()
    expect(await answer).toEqual(refused("sale_paused"))
    expect(count(world, "PermitRefused")).toBe(1)
    await other.live.writer.commit((sale) => FlashSale.resume(sale, asked("boss:r")), context)
    await world.clock.settle()
    expect(await other.buy("ann")).toEqual(refused("sale_paused"))
    expect(count(world, "StockReserved")).toBe(0)
    expect(await world.drift()).toBe(0)
  })
})

describe("settlement", () => {
  it("refuses what is older than its grace, so that a late append of it loses *", async () => {
    const world = await saleWorld({ stock: 1 })
    const alive = await opened(world)
    const dying = await heldProcess(world)
    const late = dying.buy("ann")
    await world.clock.advance(9_000)
    expect(count(world, "PermitRefused")).toBe(0)
    await world.clock.advance(3_000)
    expect(world.events().at(-1)).toMatchObject({ type: "PermitRefused", data: { reason: "expired" } })
    const bob = alive.buy("bob")
    await world.clock.settle()
    expect(await bob).toMatchObject(accepted)
    dying.let()
    await world.clock.settle()
    expect(await late).toEqual({ kind: "pending" })
    expect(await alive.buy("ann")).toEqual(refused("request_expired"))
    expect(count(world, "StockReserved")).toBe(1)
    expect(await world.drift()).toBe(0)
  })

  it("never touches what waits in its own queue", async () => {
    const world = await saleWorld()
    await opened(world)
    await (await world.process()).stop()
    const slow = await heldProcess(world)
    const permit = slow.buy("ann")
    await world.clock.advance(800)
    expect(await permit).toEqual({ kind: "pending" })
    const own = slow.live.permits.get("ann:k1")
    await slow.live.permits.settle(
      { requestId: "ann:k1", userId: "ann", quantity: 1, payloadHash: "hash-1", grantedAtMs: 0 },
      1,
      () => slow.live.pusher.push(),
    )
    slow.let()
    await world.clock.settle()
    expect(await own?.done).toEqual({ ok: true, appended: true })
    expect(count(world, "PermitRefused")).toBe(0)
  })

  it("gives a permit back whose request has its outcome already", async () => {
    const world = await saleWorld({ stock: 2, perUserLimit: 2 })
    // This process never hears of the log by itself, so a retry looks new to it.
    const deaf = { subscribeStream: async function* () {} }
    const first = await opened(world)
    const answer = first.buy("ann")
    await world.clock.settle()
    expect(await answer).toMatchObject(accepted)
    const orphan = await world.gate.reserve(SALE_ID, {
      requestId: "ann:k1",
      userId: "ann",
      quantity: 1,
      payloadHash: "hash-1",
    })
    expect(orphan.kind).toBe("granted")
    await (await world.process({ store: deaf })).stop()
    await world.clock.advance(12_000)
    expect((await world.gate.look(SALE_ID)) as object).toMatchObject({ permits: 0, stock: 1 })
    expect(count(world, "StockReserved")).toBe(1)
    expect(await world.drift()).toBe(0)
  })
})
