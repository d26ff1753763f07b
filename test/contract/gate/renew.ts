import { describe, expect, it } from "vitest"
import { type GateWorld, newSaleId, times } from "./world.ts"

export function renewContract(world: () => GateWorld): void {
  describe("renew", () => {
    it("keeps a claim alive", async () => {
      const saleId = newSaleId()
      await world().gate.claim(saleId, "a", 0)
      for (let round = 0; round < 3; round++) {
        await world().forward(saleId, times.claimMs * 0.7)
        expect(await world().gate.renew(saleId, "a")).toBe(true)
      }
      expect(await world().gate.claim(saleId, "b", 0)).toEqual({ kind: "busy" })
    })

    it("does not revive a claim that is over, nor touch another's", async () => {
      const saleId = newSaleId()
      expect(await world().gate.renew(saleId, "a")).toBe(false)
      await world().gate.claim(saleId, "a", 0)
      await world().forward(saleId, times.claimMs)
      expect(await world().gate.renew(saleId, "a")).toBe(false)
      await world().gate.claim(saleId, "b", 0)
      await world().forward(saleId, times.claimMs * 0.7)
      expect(await world().gate.renew(saleId, "a")).toBe(false)
      await world().forward(saleId, times.claimMs * 0.7)
      expect(await world().gate.claim(saleId, "a", 0)).toMatchObject({ kind: "claimed" })
    })
  })
}
