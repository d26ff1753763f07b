import { describe, expect, it } from "vitest"
import { requestStatus } from "../../src/commands/request-status.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { heldProcess, opened } from "../support/held-process.ts"
import { saleWorld, type World } from "../support/sale-world.ts"

const accepted = { kind: "accepted" }
const refused = (reason: string) => ({ kind: "refused", reason })
const count = (world: World, type: FlashSale.EventType) =>
  world.events().filter((e) => e.type === type).length

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
