import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createEventStore } from "../../src/infra/event-store.ts"
import { type Api, apiOf, buy, crowd, eventually, openSale, tally } from "../support/buyer.ts"
import { proveSale } from "../support/log-proof.ts"
import { type System, startSystem } from "../support/system.ts"

let system: System
let api: Api
const admin = () => system.token("boss", "admin")

beforeAll(async () => {
  system = await startSystem()
  api = apiOf(system.url)
})
afterAll(() => system.close())

async function proof(saleId: string) {
  const store = createEventStore({ url: `esdb://127.0.0.1:${system.eventStorePort}?tls=false` })
  try {
    return await proveSale(store, saleId)
  } finally {
    await store.close()
  }
}

const word = ({ status, body }: { status: number; body: { code?: string } }) =>
  status === 201 ? "201" : `${status} ${body.code}`

describe("5,000 buyers for 100 cups", () => {
  it("makes exactly 100 orders, which the query, the winners and the log agree on", async () => {
    const saleId = await openSale(api, admin(), { stock: 100 })
    const answers = await crowd(5_000, 200, (n) => buy(api, saleId, system.token(`u${n}`)))
    expect(tally(answers.map(word))).toEqual({ "201": 100, "409 sold_out": 4_900 })
    const sale = await eventually(
      async () => (await api("GET", `/v1/flash-sales/${saleId}`)).body,
      ({ remaining }) => remaining === 0,
    )
    expect(sale).toMatchObject({ held: 100, sold: 0, remaining: 0, status: "open" })
    const { orderIds } = await proof(saleId)
    const told = answers.filter(({ status }) => status === 201).map(({ body }) => body.id)
    expect(orderIds.toSorted()).toEqual(told.toSorted())
  })
})

describe("the same request", () => {
  it("sent 50 times at once is one order and 50 equal answers", async () => {
    const saleId = await openSale(api, admin(), { stock: 10, perUserLimit: 5 })
    const token = system.token("dup")
    const answers = await crowd(50, 50, () => buy(api, saleId, token, { key: "the-one" }))
    expect(tally(answers.map(word))).toEqual({ "201": 50 })
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    const other = await buy(api, saleId, token, { key: "the-one", quantity: 2 })
    expect(word(other)).toBe("409 request_conflict")
    expect((await proof(saleId)).orderIds).toHaveLength(1)
  })
})

describe("one user, 60 requests at once, limit 5", () => {
  it("gets exactly 5", async () => {
    const saleId = await openSale(api, admin(), { perUserLimit: 5 })
    const answers = await crowd(60, 60, () => buy(api, saleId, system.token("greedy")))
    expect(tally(answers.map(word))).toEqual({ "201": 5, "409 limit_exceeded": 55 })
    const first = await buy(api, saleId, system.token("bulk"), { quantity: 6 })
    expect(word(first)).toBe("409 limit_exceeded")
    expect((await proof(saleId)).sale.unitsOf.get("greedy")).toBe(5)
  })
})
