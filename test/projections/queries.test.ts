import type { FastifyInstance } from "fastify"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { z } from "zod"
import * as Dish from "../../src/domain/dish.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import type { Follower } from "../../src/projections/follower.ts"
import { dishQueries } from "../../src/projections/routes/dishes.ts"
import { flashSaleQueries } from "../../src/projections/routes/flash-sales.ts"
import { orderQueries } from "../../src/projections/routes/orders.ts"
import { as, buildTestEdge } from "../support/http.ts"
import { record, startReadSide } from "../support/read-side.ts"
import { END_MS, permit, reserved, SALE_ID, START_MS, scheduled } from "../support/scenario.ts"
import { createVirtualClock } from "../support/virtual-clock.ts"

const OTHER_ID = "0b5f1f6e-2222-4222-8333-444444444444"
const iso = (ms: number) => new Date(ms).toISOString()
const asked = { requestId: "boss:1", payloadHash: "h", at: iso(START_MS) }

let side: Awaited<ReturnType<typeof startReadSide>>
let projector: Follower
let app: FastifyInstance
const clock = createVirtualClock(START_MS + 60_000)

beforeAll(async () => {
  side = await startReadSide()
  projector = side.project()
  const deps = { db: side.db, clock, watch: side.watch, endPosition: side.log.endPosition }
  const routes = [dishQueries(deps), flashSaleQueries(deps), orderQueries(deps)]
  app = (await buildTestEdge(routes)).app
  const dish = (name: string, at: number) => ({
    type: "DishAdded",
    data: { dishId: name, name, priceFen: 1_200, onSale: true, at: iso(at) },
  })
  await record(side.log, Dish.streamOf("latte"), dish("latte", START_MS))
  await record(side.log, Dish.streamOf("mocha"), dish("mocha", START_MS + 1))
  await record(side.log, Dish.streamOf("latte"), {
    type: "DishChanged",
    data: {
      name: "oat latte",
      description: "with oats",
      priceFen: 1_300,
      onSale: false,
      at: iso(START_MS + 2),
    },
  })
  await record(
    side.log,
    FlashSale.streamOf(SALE_ID),
    scheduled({ dishId: "latte", storeId: "s1" }),
    reserved(permit("ann", 2), 1),
    reserved({ ...permit("bob", 1), grantedAtMs: START_MS + 2_000 }, 2),
    reserved({ ...permit("ann", 1, "k2"), grantedAtMs: START_MS + 2_000 }, 3),
    { type: "StockAdjusted", data: { ...asked, delta: 5, reason: "more beans" } },
    {
      type: "PermitRefused",
      data: { requestId: "x:1", userId: "x", quantity: 1, payloadHash: "h", reason: "expired" },
    },
    {
      type: "ReservationReleased",
      data: { orderId: `${SALE_ID}-1`, requestId: "ann:k1", userId: "ann", quantity: 2, at: iso(START_MS) },
    },
    { type: "GateOpened", data: { epoch: 1 } },
  )
  const other = scheduled({
    title: "Later",
    stock: 7,
    startsAt: iso(END_MS),
    endsAt: iso(END_MS + 1_000),
  }).data
  await record(side.log, FlashSale.streamOf(OTHER_ID), {
    type: "FlashSaleScheduled",
    data: { ...other, saleId: OTHER_ID, at: iso(START_MS) },
  })
  await side.watch.waitFor(await side.log.endPosition(), 5_000)
})
afterAll(async () => {
  await projector.stop()
  await app.close()
  await side.close()
})

const get = async (url: string, headers: Record<string, string> = {}) => {
  const response = await app.inject({ url, headers })
  return { status: response.statusCode, headers: response.headers, body: response.json() }
}
const idsOf = (body: { items: { id: string }[] }) => body.items.map(({ id }) => id)
const order = (revision: number) => `${SALE_ID}-${revision}`

test("the menu, the newest first, each dish as it is now", async () => {
  expect((await get("/v1/dishes")).body).toEqual({
    items: [
      { id: "mocha", name: "mocha", priceFen: 1_200, onSale: true },
      { id: "latte", name: "oat latte", description: "with oats", priceFen: 1_300, onSale: false },
    ],
    nextCursor: null,
  })
})

describe("a sale", () => {
  test("with what is held, sold and left, and the server's time", async () => {
    expect((await get(`/v1/flash-sales/${SALE_ID}`)).body).toEqual({
      id: SALE_ID,
      title: "Latte at dawn",
      dishId: "latte",
      storeId: "s1",
      priceFen: 990,
      stock: 15,
      perUserLimit: 2,
      startsAt: iso(START_MS),
      endsAt: iso(END_MS),
      paymentWindowSeconds: 900,
      status: "open",
      held: 2,
      sold: 0,
      remaining: 13,
      now: iso(clock.now()),
    })
  })

  test("in the list, the last scheduled first", async () => {
    const { body } = await get("/v1/flash-sales")
    expect(body.items.map(({ id, status }: { id: string; status: string }) => [id, status])).toEqual([
      [OTHER_ID, "scheduled"],
      [SALE_ID, "open"],
    ])
    expect(body.items[0]).toMatchObject({ title: "Later", stock: 7, remaining: 7, held: 0 })
    expect(body.items[0]).not.toHaveProperty("dishId")
  })

  test.each(["x", SALE_ID.toUpperCase(), `${SALE_ID}0`, "0b5f1f6e-9999-4222-8333-444444444444"])(
    "%s is none",
    async (id) => expect((await get(`/v1/flash-sales/${id}`)).body.code).toBe("not_found"),
  )

  test("changes, pauses, goes on, closes, and ends by itself", async () => {
    const id = "0b5f1f6e-3333-4222-8333-444444444444"
    const stream = FlashSale.streamOf(id)
    const { at, ...terms } = {
      ...scheduled().data,
      saleId: id,
    } as FlashSale.EventOf<"FlashSaleScheduled">["data"]
    const status = async (...events: { type: string; data: object }[]) => {
      const after = await record(side.log, stream, ...events)
      return (await get(`/v1/flash-sales/${id}?after=${after}`)).body
    }
    expect((await status({ type: "FlashSaleScheduled", data: { ...terms, at } })).status).toBe("open")
    expect((await status({ type: "FlashSalePaused", data: asked })).status).toBe("paused")
    expect((await status({ type: "FlashSaleResumed", data: asked })).status).toBe("open")
    const changed = { ...terms, title: "New", stock: 12, stockDelta: 2, endsAt: iso(START_MS + 60_000), at }
    expect(await status({ type: "FlashSaleChanged", data: changed })).toMatchObject({
      title: "New",
      stock: 12,
      remaining: 12,
      status: "ended",
    })
    expect((await status({ type: "FlashSaleClosed", data: asked })).status).toBe("closed")
  })
})

describe("orders", () => {
  test("a buyer reads their own", async () => {
    expect((await get(`/v1/orders/${order(1)}`, as("ann"))).body).toEqual({
      id: order(1),
      saleId: SALE_ID,
      userId: "ann",
      quantity: 2,
      unitPriceFen: 990,
      amountFen: 1_980,
      status: "pending_payment",
      reservedAt: iso(START_MS + 1_000),
      payBy: iso(START_MS + 901_000),
    })
    expect(idsOf((await get("/v1/orders", as("ann"))).body)).toEqual([order(3), order(1)])
  })

  test.each([
    ["a stranger", as("bob"), 404],
    ["staff", as("s1", "staff"), 200],
    ["admin", as("a1", "admin"), 200],
    ["auditor", as("i1", "auditor"), 200],
    ["nobody", {}, 401],
  ])("%s on another's order", async (_who, headers, status) => {
    expect((await get(`/v1/orders/${order(1)}`, headers)).status).toBe(status)
  })

  test.each(["x", SALE_ID, `${SALE_ID}-01`, `${SALE_ID}--1`, `${SALE_ID}-1x`, order(9)])(
    "%s is none",
    async (id) => {
      expect((await get(`/v1/orders/${id}`, as("ann"))).body.code).toBe("not_found")
    },
  )

  test("staff search everybody's", async () => {
    const search = async (query: string, role: "staff" | "admin" | "auditor" = "staff") =>
      idsOf((await get(`/v1/orders?${query}`, as("s1", role))).body)
    expect(await search("userId=ann")).toEqual([order(3), order(1)])
    expect(await search(`saleId=${SALE_ID}`)).toEqual([order(3), order(2), order(1)])
    expect(await search(`saleId=${OTHER_ID}`)).toEqual([])
    expect(await search("status=pending_payment", "admin")).toHaveLength(3)
    expect(await search("status=paid&userId=ann")).toEqual([])
    expect(await search("userId=bob&status=pending_payment")).toEqual([order(2)])
  })

  test("without a search, staff see their own and an auditor sees everything", async () => {
    expect(idsOf((await get("/v1/orders", as("ann", "staff"))).body)).toEqual([order(3), order(1)])
    expect(idsOf((await get("/v1/orders", as("s1", "admin"))).body)).toEqual([])
    expect(idsOf((await get("/v1/orders", as("i1", "auditor"))).body)).toHaveLength(3)
  })

  test("a buyer does not search; that is told before what else is wrong", async () => {
    expect((await get("/v1/orders?userId=bob&limit=0", as("ann"))).status).toBe(403)
    expect((await get("/v1/orders?status=paid", as("ann"))).status).toBe(403)
  })

  test.each(["userId=a:b", "saleId=1", "status=done"])("%s is 400", async (query) => {
    expect((await get(`/v1/orders?${query}`, as("s1", "staff"))).body.code).toBe("invalid_request")
  })
})

describe("pages", () => {
  const bob = as("s1", "staff")

  test.each([1, 2, 3])("of %i follow each other without a gap or a repetition", async (limit) => {
    const seen: string[] = []
    let cursor: string | null = ""
    while (cursor !== null) {
      const url: string = `/v1/orders?saleId=${SALE_ID}&limit=${limit}${cursor && `&cursor=${cursor}`}`
      const { body } = await get(url, bob)
      expect(body.items.length).toBeLessThanOrEqual(limit)
      seen.push(...idsOf(body))
      cursor = body.nextCursor
    }
    // Two of the three were reserved in the same millisecond.
    expect(seen).toEqual([order(3), order(2), order(1)])
  })

  test.each([
    "limit=0",
    "limit=101",
    "limit=1.5",
    "limit=x",
    "limit=",
    "limit=1&limit=2",
    "cursor=",
    "cursor=x",
    `cursor=${Buffer.from("[1]").toString("base64url")}`,
    `cursor=${Buffer.from('{"a":1}').toString("base64url")}`,
    `cursor=${"A".repeat(201)}`,
    "offset=1",
    "after=",
    "after=-1",
    "after=1.0",
    "after=0x1",
    "after=01",
    `after=${2n ** 64n}`,
    "after=99999999",
  ])("%s is 400 in every list", async (query) => {
    for (const path of ["/v1/dishes", "/v1/flash-sales", "/v1/orders"]) {
      const { status, body } = await get(`${path}?${query}`, as("ann"))
      expect([path, status, body.code]).toEqual([path, 400, "invalid_request"])
    }
  })
})

test("every answer is one that the API's description allows", async () => {
  const spec = (await get("/openapi.json")).body
  const requests: [path: string, url: string, headers?: Record<string, string>][] = [
    ["/v1/dishes", "/v1/dishes"],
    ["/v1/dishes", "/v1/dishes?limit=0"],
    ["/v1/flash-sales", "/v1/flash-sales?limit=1"],
    ["/v1/flash-sales/{id}", `/v1/flash-sales/${SALE_ID}`],
    ["/v1/flash-sales/{id}", "/v1/flash-sales/x"],
    ["/v1/orders", "/v1/orders"],
    ["/v1/orders", "/v1/orders", as("ann")],
    ["/v1/orders", "/v1/orders?userId=x", as("ann")],
    ["/v1/orders/{id}", `/v1/orders/${order(1)}`, as("ann")],
    ["/v1/orders/{id}", `/v1/orders/${order(1)}`, as("bob")],
  ]
  for (const [path, url, headers] of requests) {
    const { status, headers: answered, body } = await get(url, headers)
    const type = String(answered["content-type"]).split(";")[0]!
    const described = spec.paths[path].get.responses[status]?.content[type]?.schema
    expect(described, `${path} ${status} ${type}`).toBeDefined()
    expect(z.fromJSONSchema(described).safeParse(body).error).toBeUndefined()
  }
})
