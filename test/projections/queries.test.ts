import { afterAll, beforeAll, describe, expect, test } from "vitest"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { as } from "../support/http.ts"
import { asked, OTHER_ID, startQueries } from "../support/queries.ts"
import { record } from "../support/read-side.ts"
import { END_MS, SALE_ID, START_MS, scheduled } from "../support/scenario.ts"

const iso = (ms: number) => new Date(ms).toISOString()

let queries: Awaited<ReturnType<typeof startQueries>>
beforeAll(async () => {
  queries = await startQueries()
})
afterAll(() => queries.close())

const get: (typeof queries)["get"] = (...args) => queries.get(...args)
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
      now: iso(queries.clock.now()),
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
      const after = await record(queries.log, stream, ...events)
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
