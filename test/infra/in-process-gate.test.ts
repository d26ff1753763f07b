import { describe, expect, it } from "vitest"
import { defaultGateTimes } from "../../src/commands/ports/gate.ts"
import { createInProcessGate } from "../../src/infra/in-process-gate.ts"
import { imageOf, newSaleId, openSale, reserve } from "../contract/gate/world.ts"
import { gateContract } from "../contract/gate-contract.ts"
import { inProcessWorld } from "../support/gate-worlds.ts"

describe("the gate in this process", () => {
  gateContract(async () => inProcessWorld())

  it("begins empty, under a run of its own", async () => {
    const times = defaultGateTimes
    const [one, two] = [0, 1].map(() => createInProcessGate({ now: Date.now, times }))
    const saleId = newSaleId()
    const claim = await one!.claim(saleId, "a", 0)
    expect(claim.kind).toBe("claimed")
    await two!.claim(saleId, "a", 0)
    const { run } = claim as { run: string }
    expect(await two!.load(saleId, "a", run, imageOf(inProcessWorld()))).toBe("lost")
  })

  it("sells from the very instant of the start to the last before the end", async () => {
    const world = inProcessWorld()
    const startsAtMs = world.now() + 1_000
    const saleId = await openSale(world, { startsAtMs, endsAtMs: startsAtMs + 1_000 })
    await world.forward(saleId, 999)
    expect(await reserve(world, saleId, "ann", "1")).toBe("sale_not_open")
    await world.forward(saleId, 1)
    expect(await reserve(world, saleId, "ann", "1")).toBe("granted")
    await world.forward(saleId, 999)
    expect(await reserve(world, saleId, "ann", "2")).toBe("granted")
    await world.forward(saleId, 1)
    expect(await reserve(world, saleId, "ann", "3")).toBe("sale_not_open")
  })
})
