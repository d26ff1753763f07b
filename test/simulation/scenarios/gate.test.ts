import { expect, it } from "vitest"
import { createLiveSales } from "../../../src/commands/sale/live-sales.ts"
import { adjustStock } from "../../../src/commands/steer-flash-sale.ts"
import { type Process, saleWorld, type World } from "../../support/sale-world.ts"
import { SALE_ID } from "../../support/scenario.ts"

const accepted = { kind: "accepted" }
const soldOut = { kind: "refused", reason: "sold_out" }
const never = () => new Promise<never>(() => {})

async function buys(world: World, process: Process, user: string, ms = 700) {
  const answer = process.buy(user)
  await world.clock.advance(ms)
  return answer
}

it("a fresh sale's first buyer is granted at once: no memory can exist yet", async () => {
  const world = await saleWorld({ stock: 1 })
  const process = await world.process()
  const answer = process.buy("ann")
  await world.clock.settle()
  expect(await Promise.race([answer, Promise.resolve("waits")])).toMatchObject(accepted)
})

it("a request with a 201 sent again after the gate was rebuilt, to a process that joins then, hears the same", async () => {
  const world = await saleWorld({ stock: 1 })
  const first = await world.process()
  const answer = await buys(world, first, "ann")
  expect(answer).toMatchObject(accepted)
  world.loseGate()
  const joining = await world.process()
  expect(await buys(world, joining, "bob")).toEqual(soldOut)
  expect(await buys(world, joining, "ann")).toEqual(answer)
})

it("a sold-out answer learnt while a permit was pending does not outlive it: refused, its cup is sold to the next", async () => {
  const world = await saleWorld({ stock: 1 })
  const other = await world.process()
  await other.live.rebuild.ensureLoaded()
  const dying = await world.process({ store: { append: never } })
  void dying.buy("ann")
  await world.clock.settle()
  expect(await buys(world, other, "bob", 0)).toEqual(soldOut)
  await world.clock.advance(12_000)
  expect(world.events().at(-1)).toMatchObject({ type: "PermitRefused", data: { reason: "expired" } })
  expect(await buys(world, other, "bob", 0)).toMatchObject(accepted)
  expect(await world.drift()).toBe(0)
})

it("a crash between an adjustment's event and the gate: another process tells the gate", async () => {
  const world = await saleWorld({ stock: 1 })
  const other = await world.process()
  expect(await buys(world, other, "ann")).toMatchObject(accepted)
  const dying = await world.process({ gate: { apply: never, look: never } })
  const steered = adjustStock({ clock: world.clock, sales: createLiveSales(dying.deps) })(
    { saleId: SALE_ID, requestId: "boss:a", payloadHash: "h", delta: 1, reason: "more beans" },
    { actor: "admin:boss", correlationId: "t", causationId: "t" },
  )
  await world.clock.settle()
  expect(await steered).toMatchObject({ ok: true })
  expect(await world.gate.look(SALE_ID)).toMatchObject({ stock: 0 })
  await world.clock.advance(2_500)
  expect(await world.gate.look(SALE_ID)).toMatchObject({ stock: 1 })
  expect(await buys(world, other, "bob")).toMatchObject(accepted)
  expect(await world.drift()).toBe(0)
})
