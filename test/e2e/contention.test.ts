import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Api, apiOf, buy, crowd, openSale, tally } from "../support/buyer.ts"
import { proveSale } from "../support/log-proof.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { type RealApps, startRealApps } from "../support/real-apps.ts"

let apps: RealApps
let apis: Api[]
const admin = () => apps.token("boss", "admin")

beforeAll(async () => {
  apps = await startRealApps(2)
  apis = apps.urls.map((url) => apiOf(url, 100))
}, SERVER_START_TIMEOUT_MS)
afterAll(() => apps.close())

describe("two API servers on one Redis and one log", () => {
  it("sell exactly 100 cups to 5,000 buyers, contending for one stream", async () => {
    const saleId = await openSale(apis[0]!, admin(), { stock: 100 })
    const answers = await crowd(5_000, 200, (n) => buy(apis[n % 2]!, saleId, apps.token(`u${n}`)))
    expect(tally(answers.map(({ status, body }) => `${status} ${body.code ?? ""}`))).toEqual({
      "201 ": 100,
      "409 sold_out": 4_900,
    })
    const { orderIds } = await proveSale(apps.store, saleId)
    const told = answers.filter(({ status }) => status === 201).map(({ body }) => body.id)
    expect(orderIds.toSorted()).toEqual(told.toSorted())
  })

  it("make one order of one request, whichever of them hears it", async () => {
    const saleId = await openSale(apis[0]!, admin(), { perUserLimit: 5 })
    const answers = await crowd(50, 50, (n) => buy(apis[n % 2]!, saleId, apps.token("dup"), { key: "one" }))
    expect(tally(answers.map(({ status }) => status))).toEqual({ 201: 50 })
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  })

  it("contend over 600 orders without losing or repeating one", async () => {
    const saleId = await openSale(apis[0]!, admin(), { stock: 10_000 })
    const answers = await crowd(600, 100, (n) => buy(apis[n % 2]!, saleId, apps.token(`u${n}`)))
    const { orderIds } = await proveSale(apps.store, saleId)
    expect(orderIds.toSorted()).toEqual(answers.map(({ body }) => body.id).toSorted())
  })
})
