import { describe, expect, it } from "vitest"
import type * as FlashSale from "../../src/domain/flash-sale.ts"
import { heldProcess, opened } from "../support/held-process.ts"
import { saleWorld, type World } from "../support/sale-world.ts"
import { SALE_ID } from "../support/scenario.ts"

const accepted = { kind: "accepted" }
const refused = (reason: string) => ({ kind: "refused", reason })
const count = (world: World, type: FlashSale.EventType) =>
  world.events().filter((e) => e.type === type).length

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

  it("ends a thousand orphans at one look", async () => {
    const world = await saleWorld({ stock: 1_000 })
    await opened(world)
    for (let n = 0; n < 1_000; n++)
      await world.gate.reserve(SALE_ID, {
        ...{ requestId: `u${n}:k1`, userId: `u${n}` },
        ...{ quantity: 1, payloadHash: "hash-1" },
      })
    await world.clock.advance(10_000)
    expect(count(world, "PermitRefused")).toBe(0)
    await world.clock.advance(1_500)
    expect(count(world, "PermitRefused")).toBe(1_000)
    expect(await world.gate.look(SALE_ID)).toMatchObject({ permits: 0, stock: 1_000 })
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
