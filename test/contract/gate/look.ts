import { describe, expect, it } from "vitest"
import { type GateWorld, HOUR, openSale, requestOf, reserve, times } from "./world.ts"

export function lookContract(world: () => GateWorld): void {
  const overdueOf = async (saleId: string) => {
    const look = await world().gate.look(saleId)
    return look.kind === "loaded" ? look.overdue : []
  }

  describe("look", () => {
    it("tells the permits older than grace, and changes nothing", async () => {
      const saleId = await openSale(world())
      await reserve(world(), saleId, "ann", "1", { quantity: 2 })
      await world().forward(saleId, times.graceMs / 2)
      await reserve(world(), saleId, "bob", "1")
      expect(await overdueOf(saleId)).toEqual([])
      await world().forward(saleId, times.graceMs * 0.75)
      const { payloadHash } = requestOf("ann", "1")
      const ann = {
        requestId: "ann:1",
        userId: "ann",
        quantity: 2,
        payloadHash,
        grantedAtMs: expect.any(Number),
      }
      const expected = {
        ...{ kind: "loaded", epoch: 1, rev: 10, stock: 7, paused: false, closed: false },
        ...{ permits: 2, pendingUnits: 3, overdue: [ann] },
      }
      expect(await world().gate.look(saleId)).toEqual(expected)
      expect(await world().gate.look(saleId)).toEqual(expected)
    })

    it("tells 100 of them at most", async () => {
      const saleId = await openSale(world(), { stock: 1_000 })
      const requests = Array.from({ length: 130 }, (_, i) => requestOf(`user${i}`, "1"))
      await Promise.all(requests.map((request) => world().gate.reserve(saleId, request)))
      await world().forward(saleId, times.graceMs * 2)
      const overdue = await overdueOf(saleId)
      expect(new Set(overdue.map((permit) => permit.requestId)).size).toBe(100)
      expect(await world().gate.look(saleId)).toMatchObject({ permits: 130, pendingUnits: 130 })
    })

    it("counts an instant in the future as now", async () => {
      const saleId = await openSale(world())
      await reserve(world(), saleId, "ann", "1")
      await world().forward(saleId, -HOUR)
      expect(await overdueOf(saleId)).toEqual([])
      const found = await world().gate.find(saleId, "ann:1")
      expect(found).toMatchObject({ kind: "pending", permit: { requestId: "ann:1" } })
      expect((found as { permit: { grantedAtMs: number } }).permit.grantedAtMs).toBeLessThanOrEqual(
        world().now(),
      )
      const again = await world().gate.reserve(saleId, requestOf("ann", "1"))
      expect((again as { permit: { grantedAtMs: number } }).permit.grantedAtMs).toBeLessThanOrEqual(
        world().now(),
      )
    })
  })
}
