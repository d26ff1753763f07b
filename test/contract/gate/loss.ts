import { describe, expect, it } from "vitest"
import { type GateWorld, imageOf, load, newSaleId, openSale, requestOf, reserve, times } from "./world.ts"

/** Every verb that needs a loaded gate says that there is none. */
export async function expectNotLoaded(world: GateWorld, saleId: string): Promise<void> {
  const notLoaded = { kind: "not_loaded" }
  expect(await world.gate.reserve(saleId, requestOf("ann", "1"))).toEqual(notLoaded)
  expect(await world.gate.apply(saleId, 11, [{ kind: "none" }])).toEqual(notLoaded)
  expect(await world.gate.drop(saleId, "ann:1", 1)).toEqual(notLoaded)
  expect(await world.gate.look(saleId)).toEqual(notLoaded)
  expect(await world.gate.find(saleId, "ann:1")).toEqual(notLoaded)
}

/** Claims, loads the next epoch and sells again. */
export async function expectRecovery(world: GateWorld, saleId: string): Promise<void> {
  await load(world, saleId, imageOf(world, { epoch: 2 }))
  await world.forward(saleId, times.soldOutMemoryMs)
  expect(await reserve(world, saleId, "ann", "1")).toBe("granted")
}

export function lossContract(world: () => GateWorld): void {
  describe("a gate that is not loaded", () => {
    it("answers nothing else, for a sale that it never knew", async () => {
      await expectNotLoaded(world(), newSaleId())
    })

    it("answers nothing else once everything was lost, until it is loaded anew", async () => {
      const saleId = await openSale(world())
      await reserve(world(), saleId, "ann", "1")
      await world().lose(saleId)
      await expectNotLoaded(world(), saleId)
      await expectRecovery(world(), saleId)
    })
  })

  it("an idle gate whose last user and last permit have gone is empty, and not lost", async () => {
    const saleId = await openSale(world())
    expect(await reserve(world(), saleId, "ann", "1")).toBe("granted")
    await world().gate.apply(saleId, 11, [{ kind: "refused", requestId: "ann:1" }])
    expect(await world().gate.look(saleId)).toMatchObject({ kind: "loaded", permits: 0 })
    expect(await reserve(world(), saleId, "ann", "1")).toBe("granted")
  })
}
