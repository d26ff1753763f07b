import { describe, expect, it } from "vitest"
import { defaultGateTimes } from "../../src/commands/ports/gate.ts"
import { createInProcessGate } from "../../src/infra/in-process-gate.ts"
import { imageOf, newSaleId, openSale, reserve, times } from "../contract/gate/world.ts"
import { gateContract } from "../contract/gate-contract.ts"
import { inProcessWorld } from "../support/gate-worlds.ts"

describe("the gate in this process", () => {
  gateContract(async () => inProcessWorld())

  it("begins empty, under a run of its own", async () => {
    const [one, two] = [0, 1].map(() => createInProcessGate({ now: Date.now, times: defaultGateTimes }))
    const saleId = newSaleId()
    const claim = await one!.claim(saleId, "a", 0)
    expect(claim.kind).toBe("claimed")
    await two!.claim(saleId, "a", 0)
    const { run } = claim as { run: string }
    expect(await two!.load(saleId, "a", run, imageOf(inProcessWorld()))).toBe("lost")
  })

  it("takes a large image in turns, and puts it in place only under a claim that is still its own", async () => {
    const world = inProcessWorld()
    const saleId = newSaleId()
    const claim = await world.gate.claim(saleId, "a", 0)
    const users = Array.from({ length: 10_000 }, (_, n) => [`user${n}`, 1] as const)
    let loaded: string | null = null
    const loading = world.gate
      .load(saleId, "a", claim.kind === "claimed" ? claim.run : "", imageOf(world, { users }))
      .then((reply) => {
        loaded = reply
      })
    await new Promise((resolve) => setImmediate(resolve))
    expect(loaded).toBeNull()
    await world.forward(saleId, times.claimMs)
    expect(await world.gate.claim(saleId, "b", 0)).toMatchObject({ kind: "claimed" })
    await loading
    expect(loaded).toBe("lost")
    expect(await world.gate.look(saleId)).toEqual({ kind: "not_loaded" })
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
