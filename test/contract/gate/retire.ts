import { describe, expect, it } from "vitest"
import { type GateWorld, HOUR, imageOf, load, newSaleId, openSale, reserve } from "./world.ts"

export function retireContract(world: () => GateWorld): void {
  describe("retire", () => {
    it("lets the gate go after a day, and not before", async () => {
      const saleId = await openSale(world())
      await world().gate.retire(saleId)
      await world().forward(saleId, 23 * HOUR)
      expect(await reserve(world(), saleId, "ann", "1")).toBe("granted")
      await world().forward(saleId, 2 * HOUR)
      expect(await world().gate.look(saleId)).toEqual({ kind: "not_loaded" })
    })

    it("does not touch a gate that nobody retired, nor one that was loaded anew", async () => {
      const open = await openSale(world())
      await world().forward(open, 30 * HOUR)
      expect(await world().gate.look(open)).toMatchObject({ kind: "loaded" })
      const again = await openSale(world())
      await world().gate.retire(again)
      await load(world(), again, imageOf(world(), { epoch: 2 }))
      await world().forward(again, 30 * HOUR)
      expect(await world().gate.look(again)).toMatchObject({ kind: "loaded", epoch: 2 })
    })

    it("has nothing to do for an unknown sale", async () => {
      const saleId = newSaleId()
      await world().gate.retire(saleId)
      expect(await world().gate.look(saleId)).toEqual({ kind: "not_loaded" })
    })
  })
}
