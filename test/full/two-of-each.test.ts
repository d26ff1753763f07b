import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { EventStore } from "../../src/commands/ports/event-store.ts"
import { createEventStore } from "../../src/infra/event-store.ts"
import { steps } from "../e2e/walk/steps.ts"
import { type Api, apiOf, eventually } from "../support/buyer.ts"
import { type FullProcess, type FullServers, startFullProcess, startFullServers } from "../support/full.ts"
import { proveSale } from "../support/log-proof.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { type RealApps, startRealApps } from "../support/real-apps.ts"

const TAKE_OVER_MS = 15_000
const BUYERS = ["ann", "bob", "cat", "dan", "eve", "fay"]

/** How often each type of event is in the log's streams with this prefix. */
async function countEvents(store: EventStore, prefix: string): Promise<Record<string, number>> {
  const ending = new AbortController()
  const counts: Record<string, number> = {}
  for await (const message of store.subscribeAll({
    filter: { streamPrefixes: [prefix] },
    signal: ending.signal,
  })) {
    if (message.kind === "event") counts[message.event.type] = (counts[message.event.type] ?? 0) + 1
    if (message.kind === "caught_up") ending.abort()
  }
  return counts
}

/** Six orders: paid twice, paid twice, paid twice, cancelled, timed out and paid late. */
async function liveThroughOrders(on: ReturnType<typeof steps>): Promise<string> {
  const saleId = await on.sell({ stock: 6, paymentWindowSeconds: 5 })
  const orders = await Promise.all(
    BUYERS.map(async (user) => ({ user, id: (await on.buys(saleId, user)).body.id as string })),
  )
  const payments = await Promise.all(orders.map(({ id, user }) => on.opens(id, user)))
  await Promise.all([0, 1, 2].map((n) => on.settles(payments[n]!.id, "paid_twice")))
  await on.api("POST", `/v1/orders/${orders[3]!.id}/cancellation`, { token: on.token("dan") })
  for (const n of [0, 1, 2]) await on.becomes(orders[n]!.id, BUYERS[n]!, "paid")
  for (const n of [3, 4, 5]) await on.becomes(orders[n]!.id, BUYERS[n]!, "cancelled")
  await on.settles(payments[4]!.id, "paid")
  await on.becomes(orders[4]!.id, "eve", "paid")
  await eventually(
    () => on.sale(saleId),
    ({ held, sold, remaining }) => held === 0 && sold === 4 && remaining === 2,
  )
  for (const n of [0, 1, 2])
    await eventually(
      async () =>
        (await on.api("GET", `/v1/payments/${payments[n]!.id}`, { token: on.token(BUYERS[n]!) })).body,
      ({ status }) => status === "refunded" || status === "captured",
    )
  return saleId
}

async function expectNothingTwice(
  store: EventStore,
  saleId: string,
  on: ReturnType<typeof steps>,
): Promise<void> {
  expect(await countEvents(store, "order-")).toEqual({ OrderPlaced: 6, OrderCancelled: 3, OrderPaid: 4 })
  expect(await countEvents(store, `flashSale-${saleId}`)).toMatchObject({
    StockReserved: 7,
    ReservationReleased: 3,
  })
  const refunds = await eventually(
    () => countEvents(store, "payment-"),
    ({ RefundSucceeded }) => RefundSucceeded === 3,
  )
  expect(refunds).toMatchObject({
    PaymentOpened: 6,
    PaymentCaptured: 7,
    RefundRequested: 3,
    RefundSucceeded: 3,
  })
  expect((await proveSale(store, saleId)).sale.taken).toBe(4)
  const told = { ann: "order_paid", fay: "order_timed_out" }
  for (const [user, type] of Object.entries(told)) {
    const asked = () => on.api("GET", "/v1/notifications", { token: on.token(user) })
    const items = await eventually(
      async () => (await asked()).body.items,
      ({ length }) => length > 0,
    )
    expect(items.map((item: { type: string }) => item.type)).toEqual([type])
  }
}

describe("two of every worker, both at work because nobody asks who else is", () => {
  let apps: RealApps
  beforeAll(async () => {
    apps = await startRealApps(2, "mariadb", "all")
  }, SERVER_START_TIMEOUT_MS)
  afterAll(() => apps.close())

  it("do nothing twice", async () => {
    const on = steps({ api: apiOf(apps.urls[0]!), token: apps.token })
    const saleId = await liveThroughOrders(on)
    await expectNothingTwice(apps.store, saleId, on)
  }, 60_000)
})

/** A receiver of the webhook: the ids and types that it was told, as often as it was told. */
async function startReceiver() {
  const told: { id: string; type: string }[] = []
  const server = createServer(async (request, response) => {
    let body = ""
    for await (const chunk of request) body += chunk
    told.push({ id: String(request.headers["webhook-id"]), type: JSON.parse(body).type })
    response.writeHead(204).end()
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const NOTIFICATION_WEBHOOK_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const NOTIFICATION_WEBHOOK_SECRET = randomBytes(32).toString("base64")
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { told, env: { NOTIFICATION_WEBHOOK_URL, NOTIFICATION_WEBHOOK_SECRET }, close }
}

describe("two processes of all roles", () => {
  let receiver: Awaited<ReturnType<typeof startReceiver>>
  let servers: FullServers
  let processes: FullProcess[]
  let apis: Api[]
  let store: EventStore
  beforeAll(async () => {
    servers = await startFullServers()
    receiver = await startReceiver()
    processes = await Promise.all([1, 2].map(() => startFullProcess({ ...servers.env, ...receiver.env })))
    await Promise.all(processes.map((each) => each.ready()))
    apis = processes.map(({ url }) => apiOf(url))
    store = createEventStore({ url: servers.log.url })
  }, SERVER_START_TIMEOUT_MS)
  afterAll(async () => {
    await Promise.all(processes.map(({ server }) => server.kill("SIGTERM")))
    receiver.close()
    await store.close()
    await servers.close()
  })

  /** Which workers are active in a process. */
  const activeIn = async (api: Api): Promise<string[]> => {
    const { body } = await api("GET", "/metrics")
    return [...String(body).matchAll(/^worker_active\{worker="([^"]+)"\} 1$/gm)]
      .map(([, name]) => name!)
      .sort()
  }

  it("share the workers, each active in one of them, and do nothing twice", async () => {
    const [first, second] = await Promise.all(apis.map(activeIn))
    const all = [...first!, ...second!]
    expect(new Set(all).size).toBe(all.length)
    expect(all.length).toBeGreaterThanOrEqual(8)
    const on = steps({ api: apis[0]!, token: servers.token })
    await expectNothingTwice(store, await liveThroughOrders(on), on)
    const told = await eventually(
      async () => receiver.told,
      ({ length }) => length >= 6,
    )
    expect(told.map(({ type }) => type).sort()).toEqual([
      ...Array(4).fill("order_paid"),
      ...Array(2).fill("order_timed_out"),
    ])
    expect(new Set(told.map(({ id }) => id)).size).toBe(6)
  }, 60_000)

  it("one killed: the other has all its work within 15 s, and finishes what was begun", async () => {
    const before = await Promise.all(apis.map(activeIn))
    const dying = before[0]!.length >= before[1]!.length ? 0 : 1
    const surviving = 1 - dying
    const on = steps({ api: apis[surviving]!, token: servers.token })
    const saleId = await on.sell({ stock: 1, paymentWindowSeconds: 1 })
    await on.buys(saleId, "gus")
    await processes[dying]!.server.kill()
    const killedMs = performance.now()
    const everything = before.flat().sort()
    await eventually(
      () => activeIn(apis[surviving]!),
      (active) => active.length === everything.length,
      TAKE_OVER_MS,
    )
    expect(await activeIn(apis[surviving]!)).toEqual(everything)
    await eventually(
      () => on.buys(saleId, "hal"),
      ({ status }) => status === 201,
      TAKE_OVER_MS,
    )
    // Kafka has noticed as well, and gives the dead one's partitions away: gus hears that his order timed out.
    await eventually(
      async () => (await on.api("GET", "/v1/notifications", { token: on.token("gus") })).body.items,
      ({ length }) => length === 1,
      TAKE_OVER_MS - (performance.now() - killedMs),
    )
  }, 60_000)
})
