import { describe, expect, it } from "vitest"
import { type GateWorld, newSaleId, openSale, times } from "./world.ts"

export function claimContract(world: () => GateWorld): void {
  describe("claim", () => {
    it("has nothing to do where the gate is loaded under the caller's epoch or a newer one", async () => {
      const saleId = await openSale(world(), { epoch: 2 })
      const loaded = { kind: "loaded", epoch: 2, rev: 10, stock: 10 }
      expect(await world().gate.claim(saleId, "a", 1)).toEqual(loaded)
      expect(await world().gate.claim(saleId, "a", 2)).toEqual(loaded)
      expect(await world().gate.renew(saleId, "a")).toBe(false)
    })

    it("does not count a gate of an older epoch as loaded", async () => {
      const saleId = await openSale(world(), { epoch: 2 })
      expect(await world().gate.claim(saleId, "a", 3)).toEqual({ kind: "claimed", run: expect.any(String) })
    })

    it("is one process's at a time, and answers that one again", async () => {
      const saleId = newSaleId()
      const mine = await world().gate.claim(saleId, "a", 0)
      expect(mine).toEqual({ kind: "claimed", run: expect.stringMatching(/^[0-9a-f]{40}$/) })
      expect(await world().gate.claim(saleId, "b", 0)).toEqual({ kind: "busy" })
      expect(await world().gate.claim(saleId, "a", 0)).toEqual(mine)
      expect(await world().gate.claim(newSaleId(), "b", 0)).toEqual(mine)
    })

    it("ends by itself, so that a dead process is in nobody's way", async () => {
      const saleId = newSaleId()
      await world().gate.claim(saleId, "a", 0)
      await world().forward(saleId, times.claimMs)
      expect(await world().gate.claim(saleId, "b", 0)).toMatchObject({ kind: "claimed" })
      expect(await world().gate.claim(saleId, "a", 0)).toEqual({ kind: "busy" })
    })
  })
}
