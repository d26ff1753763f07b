import { afterAll, beforeAll, expect, it } from "vitest"
import { createEventStore } from "../../src/infra/event-store.ts"
import { type Api, apiOf, buy, openSale, type Purchase } from "../support/buyer.ts"
import { proveSale } from "../support/log-proof.ts"
import { type System, startSystem } from "../support/system.ts"

const KILLS = 4
const STOCK = 4_000
const BUYERS_AT_ONCE = 40

let system: System
let api: Api
beforeAll(async () => {
  system = await startSystem()
  api = apiOf(system.url, BUYERS_AT_ONCE)
})
afterAll(() => system.close())

it("survives kill -9 under load, four times: every 201 is there, nothing is sold twice, no cup is lost", async () => {
  const saleId = await openSale(api, system.token("boss", "admin"), { stock: STOCK })
  const won: { purchase: Purchase; user: string }[] = []
  let selling = true
  let users = 0
  let sinceStart = Promise.withResolvers<void>()

  const buyers = Array.from({ length: BUYERS_AT_ONCE }, async () => {
    while (selling) {
      const user = `u${users++}`
      const purchase = await buy(api, saleId, system.token(user))
      if (purchase.status !== 201) throw new Error(JSON.stringify(purchase))
      won.push({ purchase, user })
      if (won.length % 40 === 0) sinceStart.resolve()
    }
  })
  for (let kill = 0; kill < KILLS; kill++) {
    await sinceStart.promise
    await system.kill()
    const tookMs = await system.start()
    expect(tookMs).toBeLessThan(3_000)
    sinceStart = Promise.withResolvers()
  }
  selling = false
  await Promise.all(buyers)

  // What was answered before a kill is answered the same after it.
  const { purchase, user } = won[0]!
  const again = await buy(api, saleId, system.token(user), { key: purchase.key })
  expect({ ...again.body, position: "" }).toEqual({ ...purchase.body, position: "" })

  const store = createEventStore({ url: `esdb://127.0.0.1:${system.eventStorePort}?tls=false` })
  const { sale, orderIds } = await proveSale(store, saleId)
  await store.close()
  const told = won.map(({ purchase }) => purchase.body.id)
  expect(new Set(told).size).toBe(told.length)
  expect(orderIds.toSorted()).toEqual(told.toSorted())

  // Every cup that nobody bought can still be bought, and not one more.
  const left = STOCK - sale.taken
  expect(left).toBeGreaterThan(0)
  await openHands(saleId, left)
})

/** Takes what is left with one request each, and sees that the next one is refused. */
async function openHands(saleId: string, left: number): Promise<void> {
  let bought = 0
  await Promise.all(
    Array.from({ length: BUYERS_AT_ONCE }, async (_, hand) => {
      for (let n = 0; ; n++) {
        const { status } = await buy(api, saleId, system.token(`rest-${hand}-${n}`))
        if (status !== 201) return
        bought++
      }
    }),
  )
  expect(bought).toBe(left)
}
