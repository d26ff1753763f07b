import { describe, expect, it } from "vitest"
import { type GateWorld, openSale, requestOf } from "./world.ts"

export function findContract(world: () => GateWorld): void {
  describe("find", () => {
    it("tells a permit under way, and no other", async () => {
      const saleId = await openSale(world())
      const request = requestOf("ann", "1", { quantity: 2 })
      const granted = await world().gate.reserve(saleId, request)
      const { grantedAtMs } = granted as { grantedAtMs: number }
      const state = { epoch: 1, rev: 10, stock: 8 }
      const pending = { kind: "pending", ...state, permit: { ...request, grantedAtMs } }
      expect(await world().gate.find(saleId, "ann:1")).toEqual(pending)
      expect(await world().gate.find(saleId, "ann:1")).toEqual(pending)
      expect(await world().gate.find(saleId, "ann:2")).toEqual({ kind: "absent", ...state })
      await world().gate.apply(saleId, 11, [{ kind: "refused", requestId: "ann:1" }])
      expect(await world().gate.find(saleId, "ann:1")).toEqual({
        kind: "absent",
        epoch: 1,
        rev: 11,
        stock: 10,
      })
    })
  })
}
