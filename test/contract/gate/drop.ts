import { describe, expect, it } from "vitest"
import { type GateWorld, openSale, reserve, stockOf } from "./world.ts"

export function dropContract(world: () => GateWorld): void {
  describe("drop", () => {
    it("gives a permit back once the gate has passed its outcome, and only once", async () => {
      const saleId = await openSale(world())
      await reserve(world(), saleId, "ann", "1", { quantity: 5 })
      const behind = { kind: "behind", epoch: 1, rev: 10, stock: 5 }
      expect(await world().gate.drop(saleId, "ann:1", 11)).toEqual(behind)
      expect(await stockOf(world(), saleId)).toEqual({ rev: 10, stock: 5, permits: 1, pendingUnits: 5 })
      await world().gate.apply(saleId, 11, [{ kind: "none" }])
      const dropped = { kind: "dropped", epoch: 1, rev: 11, stock: 10 }
      expect(await world().gate.drop(saleId, "ann:1", 11)).toEqual(dropped)
      expect(await world().gate.drop(saleId, "ann:1", 11)).toEqual({ ...dropped, kind: "absent" })
      expect(await stockOf(world(), saleId)).toEqual({ rev: 11, stock: 10, permits: 0, pendingUnits: 0 })
      expect(await reserve(world(), saleId, "ann", "2", { quantity: 5 })).toBe("granted")
    })

    it("knows no permit that was never granted", async () => {
      const saleId = await openSale(world())
      const absent = { kind: "absent", epoch: 1, rev: 10, stock: 10 }
      expect(await world().gate.drop(saleId, "ann:1", 3)).toEqual(absent)
      expect(await world().gate.drop(saleId, "ann:1", 300)).toEqual(absent)
    })
  })
}
