import { afterAll, beforeAll, expect, it } from "vitest"
import { createEventStore } from "../../src/infra/event-store.ts"
import { type Api, apiOf, buy, crowd, eventually, openSale, patiently, tally } from "../support/buyer.ts"
import { proveSale } from "../support/log-proof.ts"
import { proveMoney } from "../support/money-proof.ts"
import { type System, startSystem } from "../support/system.ts"

const ORDERS = 120
const KILLS = 4
const WINDOW_SECONDS = 12

let system: System
let api: Api
beforeAll(async () => {
  system = await startSystem()
  api = apiOf(system.url, 20)
})
afterAll(() => system.close())

it("paying, cancelling, timing out and refunding end right, however often the system is killed", async () => {
  const admin = system.token("boss", "admin")
  const saleId = await openSale(api, admin, { stock: ORDERS, paymentWindowSeconds: WINDOW_SECONDS })
  const live = async (index: number) => {
    const user = `u${index}`
    const token = system.token(user)
    const { body: order } = await buy(api, saleId, token, { patienceMs: 30_000 })
    const pay = async (outcome: string) => {
      const opened = await patiently(api, "POST", `/v1/orders/${order.id}/payments`, {
        token,
        body: { method: "simulator" },
      })
      // The order may have ended before its payment was opened.
      if (opened.status !== 201) return
      const told = { token: admin, body: { outcome } }
      expect((await patiently(api, "POST", `/v1/payments/simulator/${opened.body.id}`, told)).status).toBe(
        200,
      )
    }
    const act = [
      () => pay("paid"),
      () => pay("paid_twice"),
      () => pay("wrong_amount"),
      () => patiently(api, "POST", `/v1/orders/${order.id}/cancellation`, { token }),
      () =>
        Promise.all([pay("paid"), patiently(api, "POST", `/v1/orders/${order.id}/cancellation`, { token })]),
      async () => {},
    ][index % 6]!
    await act()
  }
  let lived = 0
  const kills = (async () => {
    for (let kill = 1; kill <= KILLS; kill++) {
      await eventually(
        async () => lived,
        (orders) => orders >= (kill * ORDERS) / (KILLS + 1),
        60_000,
      )
      await system.kill()
      await system.start()
    }
  })()
  await crowd(ORDERS, 12, async (index) => {
    await live(index)
    lived++
  })
  await kills

  const store = createEventStore({ url: `esdb://127.0.0.1:${system.eventStorePort}?tls=false` })
  const money = await eventually(
    () => proveMoney(store),
    ({ orders, captures }) =>
      orders.size === ORDERS &&
      [...orders.values()].every(({ status }) => ["paid", "cancelled", "refunded"].includes(status)) &&
      [...captures.values()].every((end) => end !== "open"),
    60_000,
  )
  const ends = tally([...money.orders.values()].map(({ status }) => status))
  const { sale } = await eventually(
    () => proveSale(store, saleId),
    (proof) => proof.sale.taken === ends.paid,
    20_000,
  )
  await store.close()
  expect(sale.revision).toBeGreaterThan(ORDERS)
  expect(ends.paid).toBeGreaterThan(0)
  expect(ends.cancelled).toBeGreaterThan(0)
  // Every cup that no paid order holds can be bought again.
  const rest = await crowd(ORDERS, 10, (n) => buy(api, saleId, system.token(`rest${n}`)))
  expect(rest.filter(({ status }) => status === 201)).toHaveLength(ORDERS - (ends.paid ?? 0))
}, 120_000)
