import { describe, expect, it } from "vitest"
import { type GateWorld, imageOf, load, newSaleId, openSale, requestOf, reserve, times } from "./world.ts"

export function loadContract(world: () => GateWorld): void {
  const claimed = async (saleId: string, token: string, epoch = 0) => {
    const claim = await world().gate.claim(saleId, token, epoch)
    if (claim.kind !== "claimed") throw new Error(claim.kind)
    return claim.run
  }

  describe("load", () => {
    it("puts the image in place and ends the claim", async () => {
      const saleId = newSaleId()
      const run = await claimed(saleId, "a")
      const image = imageOf(world(), { rev: 7, stock: -2, paused: true })
      expect(await world().gate.load(saleId, "a", run, image)).toBe("loaded")
      expect(await world().gate.look(saleId)).toEqual({
        ...{ kind: "loaded", epoch: 1, rev: 7, stock: -2, paused: true, closed: false },
        ...{ permits: 0, pendingUnits: 0, overdue: [] },
      })
      expect(await world().gate.renew(saleId, "a")).toBe(false)
      expect(await world().gate.load(saleId, "a", run, image)).toBe("lost")
      expect(await world().gate.claim(saleId, "b", 1)).toMatchObject({ kind: "loaded" })
    })

    it("is lost without the claim", async () => {
      const saleId = newSaleId()
      const run = await claimed(saleId, "a")
      expect(await world().gate.load(saleId, "b", run, imageOf(world()))).toBe("lost")
      await world().forward(saleId, times.claimMs)
      expect(await world().gate.load(saleId, "a", run, imageOf(world()))).toBe("lost")
      await claimed(saleId, "b")
      expect(await world().gate.load(saleId, "a", run, imageOf(world()))).toBe("lost")
      expect(await world().gate.look(saleId)).toEqual({ kind: "not_loaded" })
    })

    it("is lost under another run of the server than the claim's", async () => {
      const saleId = newSaleId()
      await claimed(saleId, "a")
      expect(await world().gate.load(saleId, "a", "0".repeat(40), imageOf(world()))).toBe("lost")
      expect(await world().gate.look(saleId)).toEqual({ kind: "not_loaded" })
    })

    it("is lost when everything was lost after the claim", async () => {
      const saleId = newSaleId()
      const run = await claimed(saleId, "a")
      await world().lose(saleId)
      expect(await world().gate.load(saleId, "a", run, imageOf(world()))).toBe("lost")
    })

    it("replaces an older gate whole: no permit and no count of it stays", async () => {
      const saleId = await openSale(world(), { users: new Map([["bob", 5]]) })
      await reserve(world(), saleId, "ann", "1", { quantity: 3 })
      await load(world(), saleId, imageOf(world(), { epoch: 2, users: new Map([["ann", 4]]) }))
      await world().forward(saleId, times.soldOutMemoryMs)
      expect(await world().gate.look(saleId)).toMatchObject({
        epoch: 2,
        stock: 10,
        permits: 0,
        pendingUnits: 0,
      })
      expect(await reserve(world(), saleId, "ann", "1", { quantity: 2 })).toBe("limit_exceeded")
      expect(await reserve(world(), saleId, "ann", "1")).toBe("granted")
      expect(await reserve(world(), saleId, "bob", "1", { quantity: 5 })).toBe("granted")
    })

    it("grants nothing for T after a loss, for a process may remember sold_out from before", async () => {
      const saleId = newSaleId()
      await load(world(), saleId, imageOf(world(), { epoch: 2 }))
      const reply = await world().gate.reserve(saleId, requestOf("ann", "1"))
      expect(reply).toMatchObject({ kind: "wait", epoch: 2, rev: 10, stock: 10 })
      await world().forward(saleId, (reply as { waitMs: number }).waitMs)
      expect(await reserve(world(), saleId, "ann", "1")).toBe("granted")
    })

    it("keeps every user of a large image", async () => {
      const users = new Map(Array.from({ length: 1_234 }, (_, i) => [`user${i}`, 5]))
      const saleId = await openSale(world(), { users })
      for (const userId of ["user0", "user499", "user500", "user1233"]) {
        expect(await reserve(world(), saleId, userId, "1")).toBe("limit_exceeded")
      }
      expect(await reserve(world(), saleId, "user1234", "1")).toBe("granted")
    })

    it("takes an image of very many users, which are named only as they are taken", async () => {
      function* users() {
        for (let n = 0; n <= 5_000; n++) yield [`user${n}`, 1] as const
      }
      const saleId = newSaleId()
      const run = await claimed(saleId, "a")
      const image = imageOf(world(), { users: users(), perUserLimit: 1 })
      expect(await world().gate.load(saleId, "a", run, image)).toBe("loaded")
      expect(await reserve(world(), saleId, "user5000", "1")).toBe("limit_exceeded")
      expect(await reserve(world(), saleId, "user5001", "1")).toBe("granted")
    })
  })
}
