import { afterAll, beforeAll, expect, it } from "vitest"
import { createEventStore } from "../../src/infra/event-store.ts"
import { type Api, apiOf, buy, crowd, eventually, openSale } from "../support/buyer.ts"
import { proveSale } from "../support/log-proof.ts"
import { type System, startSystem } from "../support/system.ts"

const ORDERS = 10_000
const WINDOW_SECONDS = 25

let system: System
let api: Api
beforeAll(async () => {
  system = await startSystem()
  api = apiOf(system.url, 200)
})
afterAll(() => system.close())

it("10,000 orders left unpaid at once are all cancelled in time, once, and every cup is for sale again", async () => {
  const admin = system.token("boss", "admin")
  const saleId = await openSale(api, admin, { stock: ORDERS, paymentWindowSeconds: WINDOW_SECONDS })
  const other = await openSale(api, admin, { stock: ORDERS })
  const orders = await crowd(ORDERS, 200, (n) => buy(api, saleId, system.token(`u${n}`)))
  expect(orders.every(({ status }) => status === 201)).toBe(true)
  const lastPayBy = Math.max(...orders.map(({ body }) => Date.parse(body.payBy)))

  // Buyers are still answered meanwhile.
  let waiting = true
  let slowestMs = 0
  const buyers = Array.from({ length: 5 }, async (_, hand) => {
    for (let n = 0; waiting; n++) {
      const began = performance.now()
      const { status } = await buy(api, other, system.token(`h${hand}-${n}`))
      expect(status).toBe(201)
      slowestMs = Math.max(slowestMs, performance.now() - began)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })
  await eventually(
    async () => (await api("GET", `/v1/flash-sales/${saleId}`)).body.remaining,
    (remaining) => remaining === ORDERS,
    lastPayBy - Date.now() + 30_000,
  )
  waiting = false
  await Promise.all(buyers)
  expect(slowestMs).toBeLessThan(2_000)

  const store = createEventStore({ url: `esdb://127.0.0.1:${system.eventStorePort}?tls=false` })
  const { sale } = await proveSale(store, saleId)
  const cancelled = new Map<string, number>()
  for await (const { stream, type } of store.readAll())
    if (type === "OrderCancelled") cancelled.set(stream, (cancelled.get(stream) ?? 0) + 1)
  await store.close()
  expect(sale.taken).toBe(0)
  expect(cancelled.size).toBe(ORDERS)
  expect([...cancelled.values()].every((times) => times === 1)).toBe(true)
  const again = await buy(api, saleId, system.token("u0"))
  expect(again.status).toBe(201)
}, 120_000)
