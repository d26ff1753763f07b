import { describe, expect, it } from "vitest"
import type { GateChange } from "../../../src/commands/ports/gate.ts"
import { type GateWorld, HOUR, imageOf, load, openSale, reserve, stockOf } from "./world.ts"

const reserved = (userId: string, key: string, quantity = 1): GateChange => ({
  kind: "reserved",
  requestId: `${userId}:${key}`,
  userId,
  quantity,
})

export function applyContract(world: () => GateWorld): void {
  /** Applies twice: what was applied once changes nothing again. */
  const apply = async (saleId: string, firstRev: number, ...changes: GateChange[]) => {
    const reply = await world().gate.apply(saleId, firstRev, changes)
    const after = await stockOf(world(), saleId)
    expect(await world().gate.apply(saleId, firstRev, changes)).toMatchObject({ kind: "applied" })
    expect(await stockOf(world(), saleId)).toEqual(after)
    return reply
  }

  describe("apply", () => {
    it("confirms a permit: its cup was taken already", async () => {
      const saleId = await openSale(world())
      await reserve(world(), saleId, "ann", "1", { quantity: 5 })
      expect(await apply(saleId, 11, reserved("ann", "1", 5))).toEqual({
        kind: "applied",
        ...{ epoch: 1, rev: 11, stock: 5 },
      })
      expect(await stockOf(world(), saleId)).toEqual({ rev: 11, stock: 5, permits: 0, pendingUnits: 0 })
      expect(await reserve(world(), saleId, "ann", "2")).toBe("limit_exceeded")
    })

    it("takes stock and counts for a cup without a permit, below zero if need be", async () => {
      const saleId = await openSale(world(), { stock: 1 })
      await reserve(world(), saleId, "bob", "1")
      await apply(saleId, 11, reserved("ann", "1", 5))
      expect(await stockOf(world(), saleId)).toEqual({ rev: 11, stock: -5, permits: 1, pendingUnits: 1 })
      expect(await reserve(world(), saleId, "ann", "2")).toBe("limit_exceeded")
    })

    it("counts what the log says where a permit is of another quantity", async () => {
      const saleId = await openSale(world())
      await reserve(world(), saleId, "ann", "1", { quantity: 2 })
      await apply(saleId, 11, reserved("ann", "1", 4))
      expect(await stockOf(world(), saleId)).toEqual({ rev: 11, stock: 6, permits: 0, pendingUnits: 0 })
      expect(await reserve(world(), saleId, "ann", "2", { quantity: 2 })).toBe("limit_exceeded")
      expect(await reserve(world(), saleId, "ann", "3", { quantity: 1 })).toBe("granted")
    })

    it("gives a refused permit back, and nothing where there is none", async () => {
      const saleId = await openSale(world())
      await reserve(world(), saleId, "ann", "1", { quantity: 5 })
      await apply(saleId, 11, { kind: "refused", requestId: "ann:1" })
      await apply(saleId, 12, { kind: "refused", requestId: "bob:1" })
      expect(await stockOf(world(), saleId)).toEqual({ rev: 12, stock: 10, permits: 0, pendingUnits: 0 })
      expect(await reserve(world(), saleId, "ann", "2", { quantity: 5 })).toBe("granted")
    })

    it("gives released cups back to the stock and to the user's limit", async () => {
      const saleId = await openSale(world(), { users: new Map([["ann", 5]]) })
      expect(await reserve(world(), saleId, "ann", "2")).toBe("limit_exceeded")
      await apply(saleId, 11, { kind: "released", userId: "ann", quantity: 2 })
      expect(await stockOf(world(), saleId)).toMatchObject({ stock: 12 })
      expect(await reserve(world(), saleId, "ann", "2", { quantity: 3 })).toBe("limit_exceeded")
      expect(await reserve(world(), saleId, "ann", "2", { quantity: 2 })).toBe("granted")
    })

    it("follows the sale: stock, terms, pause, end", async () => {
      const saleId = await openSale(world())
      await apply(saleId, 11, { kind: "adjusted", delta: -4 })
      expect(await stockOf(world(), saleId)).toMatchObject({ stock: 6 })
      const terms = { perUserLimit: 1, startsAtMs: world().now() - HOUR, endsAtMs: world().now() + HOUR }
      await apply(saleId, 12, { kind: "changed", stockDelta: 20, ...terms })
      expect(await stockOf(world(), saleId)).toMatchObject({ stock: 26 })
      expect(await reserve(world(), saleId, "ann", "1", { quantity: 2 })).toBe("limit_exceeded")
      await apply(saleId, 13, { kind: "paused" })
      expect(await world().gate.look(saleId)).toMatchObject({ paused: true, closed: false })
      expect(await reserve(world(), saleId, "ann", "1")).toBe("sale_paused")
      await apply(saleId, 14, { kind: "resumed" }, { kind: "none" })
      expect(await reserve(world(), saleId, "ann", "1")).toBe("granted")
      await world().forward(saleId, 2 * HOUR)
      expect(await reserve(world(), saleId, "bob", "1")).toBe("sale_not_open")
      await apply(saleId, 16, { kind: "closed" })
      expect(await world().gate.look(saleId)).toMatchObject({ rev: 16, paused: false, closed: true })
    })

    it("skips what it has, and takes what is new of an overlap", async () => {
      const saleId = await openSale(world())
      const one: GateChange = { kind: "adjusted", delta: 1 }
      await apply(saleId, 11, one, one)
      expect(await apply(saleId, 10, one, one, one, one)).toMatchObject({ rev: 13, stock: 13 })
      expect(await apply(saleId, 1, one)).toMatchObject({ rev: 13, stock: 13 })
      expect(await apply(saleId, 14)).toMatchObject({ kind: "applied", rev: 13 })
    })

    it("applies nothing beyond a gap, and says where it stands", async () => {
      const saleId = await openSale(world())
      const gap = { kind: "gap", epoch: 1, rev: 10, stock: 10 }
      expect(await world().gate.apply(saleId, 12, [{ kind: "paused" }])).toEqual(gap)
      expect(await world().gate.look(saleId)).toMatchObject({ rev: 10, paused: false })
    })

    it("takes a long catch-up whole", async () => {
      const saleId = await openSale(world(), { stock: 5_000 })
      const changes = Array.from({ length: 1_234 }, (_, i) => reserved(`user${i}`, "1"))
      expect(await apply(saleId, 11, ...changes)).toMatchObject({ rev: 1_244, stock: 3_766 })
    })

    it("ends at the fence of a newer epoch: no permit outlives it, the claim does", async () => {
      const saleId = await openSale(world())
      await reserve(world(), saleId, "ann", "1")
      await world().gate.claim(saleId, "rebuilder", 2)
      const fence = [
        { kind: "none" },
        { kind: "gate_opened", epoch: 2 },
        { kind: "adjusted", delta: 5 },
      ] as const
      expect(await world().gate.apply(saleId, 11, fence)).toEqual({ kind: "not_loaded" })
      expect(await world().gate.look(saleId)).toEqual({ kind: "not_loaded" })
      expect(await world().gate.apply(saleId, 11, fence)).toEqual({ kind: "not_loaded" })
      expect(await world().gate.claim(saleId, "other", 2)).toEqual({ kind: "busy" })
      expect(await world().gate.renew(saleId, "rebuilder")).toBe(true)
    })

    it("passes the fence of its own epoch", async () => {
      const saleId = await openSale(world())
      const fence: GateChange = { kind: "gate_opened", epoch: 1 }
      expect(await apply(saleId, 11, fence, { kind: "adjusted", delta: 1 })).toMatchObject({
        ...{ kind: "applied", rev: 12, stock: 11 },
      })
    })

    it("refuses a gate loaded again at an older revision only as a gap", async () => {
      const saleId = await openSale(world(), { rev: 20 })
      await world().lose(saleId)
      await load(world(), saleId, imageOf(world(), { epoch: 2, rev: 15 }))
      expect(await world().gate.apply(saleId, 21, [{ kind: "none" }])).toMatchObject({ kind: "gap", rev: 15 })
    })
  })
}
