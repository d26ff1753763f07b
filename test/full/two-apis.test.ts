import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { EventStore } from "../../src/commands/ports/event-store.ts"
import { createEventStore } from "../../src/infra/event-store.ts"
import { type Api, apiOf, buy, crowd, eventually, openSale, type Purchase, tally } from "../support/buyer.ts"
import { type FullProcess, type FullServers, startFullProcess, startFullServers } from "../support/full.ts"
import { proveSale } from "../support/log-proof.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"

const STOCK = 100
const BUYERS = 5_000
const AT_ONCE = 200

let servers: FullServers
let whole: FullProcess
let store: EventStore
const admin = () => servers.token("boss", "admin")

beforeAll(async () => {
  servers = await startFullServers()
  whole = await startFullProcess(servers.env)
  await whole.ready()
  store = createEventStore({ url: servers.log.url })
}, SERVER_START_TIMEOUT_MS)
afterAll(async () => {
  await whole.server.kill("SIGTERM")
  await store.close()
  await servers.close()
})

const startApi = async () => {
  const started = await startFullProcess({ ...servers.env, ROLES: "api" })
  await started.ready()
  return started
}
const word = ({ status, body }: Purchase) => (status === 201 ? "201" : `${status} ${body.code}`)

async function expectSoldOut(api: Api, saleId: string, answers: readonly Purchase[]): Promise<void> {
  expect(tally(answers.map(word))).toEqual({ "201": STOCK, "409 sold_out": BUYERS - STOCK })
  const { orderIds } = await proveSale(store, saleId)
  const told = answers.filter(({ status }) => status === 201).map(({ body }) => body.id)
  expect(orderIds.toSorted()).toEqual(told.toSorted())
  await eventually(
    async () => (await api("GET", `/v1/flash-sales/${saleId}`)).body,
    ({ held, remaining }) => held === STOCK && remaining === 0,
  )
}

describe("two API processes, one of them with all the workers", () => {
  it("make exactly 100 orders of 5,000 buyers", async () => {
    const second = await startApi()
    const apis = [apiOf(whole.url), apiOf(second.url)] as const
    const saleId = await openSale(apis[0], admin(), { stock: STOCK })
    const answers = await crowd(BUYERS, AT_ONCE, (n) => buy(apis[n % 2]!, saleId, servers.token(`u${n}`)))
    await expectSoldOut(apis[0], saleId, answers)
    await second.server.kill("SIGTERM")
  }, 60_000)

  it("make exactly 100 orders though one of them is killed in the middle", async () => {
    const second = await startApi()
    const [first, dying] = [apiOf(whole.url), apiOf(second.url)] as const
    const saleId = await openSale(first, admin(), { stock: STOCK })
    let dead = false
    let sold = 0
    // Every buyer of the dead process asks the living one again, with the same key.
    const failing: Api = (...asked) => (dead ? first(...asked) : dying(...asked).catch(() => first(...asked)))
    const answers = await crowd(BUYERS, AT_ONCE, async (n) => {
      const answer = await buy(n % 2 ? failing : first, saleId, servers.token(`k${n}`))
      if (answer.status === 201 && ++sold === STOCK / 2) {
        await second.server.kill()
        dead = true
      }
      return answer
    })
    expect(dead).toBe(true)
    await expectSoldOut(first, saleId, answers)
  }, 60_000)
})

it("Kafka's own consumer sees the paid and the timed-out order, with their headers", async () => {
  const api = apiOf(whole.url)
  const saleId = await openSale(api, admin(), { stock: 2, paymentWindowSeconds: 2 })
  const [paid, late] = await Promise.all(["pat", "lea"].map((user) => buy(api, saleId, servers.token(user))))
  const opened = await api("POST", `/v1/orders/${paid!.body.id}/payments`, {
    token: servers.token("pat"),
    body: { method: "simulator" },
  })
  await api("POST", `/v1/payments/simulator/${opened.body.id}`, { token: admin(), body: { outcome: "paid" } })
  await eventually(
    async () => (await api("GET", `/v1/orders/${late!.body.id}`, { token: servers.token("lea") })).body,
    ({ status }) => status === "cancelled",
    15_000,
  )
  const { items } = await eventually(
    async () => (await api("GET", "/v1/notifications", { token: servers.token("lea") })).body,
    (found) => found.items.length > 0,
  )
  expect(items[0]).toMatchObject({ orderId: late!.body.id })
  // 200 orders of the races, then these two: each placed, one paid, one cancelled.
  const lines = await servers.kafka.consume("hash-coffee.orders.v1", 204)
  const lineOf = (orderId: string, type: string) =>
    lines.find((line) => line.includes(orderId) && line.includes(`event-type:${type}`))
  const headers = /event-id:[0-9a-f-]{36}.*schema-version:1.*position:\d+.*traceparent:00-/
  expect(lineOf(paid!.body.id, "OrderPaid")).toMatch(headers)
  expect(lineOf(late!.body.id, "OrderCancelled")).toMatch(/"reason":"timeout"/)
}, 60_000)
