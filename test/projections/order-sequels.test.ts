import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { systemClock as clock } from "../../src/infra/system-clock.ts"
import type { Follower } from "../../src/projections/follower.ts"
import { notificationQueries } from "../../src/projections/routes/notifications.ts"
import { orderQueries } from "../../src/projections/routes/orders.ts"
import { paymentQueries } from "../../src/projections/routes/payments.ts"
import { tell } from "../contract/read-models/told.ts"
import { ask } from "../support/ask.ts"
import { as, buildTestEdge, type TestEdge } from "../support/http.ts"
import { lifeOf, type Told } from "../support/order-life.ts"
import { startReadSide } from "../support/read-side.ts"
import { SALE_ID } from "../support/scenario.ts"

// What can be read of an order after it was placed: how it ended, its payments, what its buyer was told.

const ann = lifeOf(SALE_ID, 1, "ann", 2)
const bob = lifeOf(SALE_ID, 2, "bob")
/** Its id has the shape of those that commands make. */
const PAYMENT_ID = "4f9d1a52-6f0e-5c1b-9b1a-0c8f3a1e2d34"
const opened: Told = {
  stream: `payment-${PAYMENT_ID}`,
  event: {
    type: "PaymentOpened",
    data: { ...(ann.opened().event.data as object), paymentId: PAYMENT_ID },
  },
}

let side: Awaited<ReturnType<typeof startReadSide>>
let edge: TestEdge
let followers: Follower[]
beforeAll(async () => {
  side = await startReadSide()
  const queries = { db: side.db, clock, watch: side.watch, endPosition: side.log.endPosition }
  edge = await buildTestEdge([
    orderQueries(queries),
    paymentQueries(queries),
    notificationQueries({ ...queries, watch: side.told }),
  ])
  await tell(
    side.log,
    ...[ann.reserved(), ann.placed(), opened, ann.paid()],
    ...[bob.reserved(), bob.placed(), bob.cancelled("timeout")],
  )
  followers = [side.project(), side.notify()]
  const end = await side.log.endPosition()
  await Promise.all([side.watch.waitFor(end, 5_000), side.told.waitFor(end, 5_000)])
})
afterAll(async () => {
  await Promise.all(followers.map((follower) => follower.stop()))
  await edge.app.close()
  await side.close()
})

const get = async (url: string, headers: Record<string, string> = {}) => {
  const response = await ask(edge.app, { url, headers })
  return { status: response.status, body: response.body }
}

test("an order says why it was cancelled, and only then", async () => {
  const cancelled = await get(`/v1/orders/${bob.orderId}`, as("bob"))
  expect(cancelled.body).toMatchObject({ status: "cancelled", cancelReason: "timeout" })
  const paid = await get(`/v1/orders/${ann.orderId}`, as("ann"))
  expect(paid.body.status).toBe("paid")
  expect(paid.body).not.toHaveProperty("cancelReason")
})

describe("a payment", () => {
  test("as its buyer reads it", async () => {
    expect(await get(`/v1/payments/${PAYMENT_ID}`, as("ann"))).toEqual({
      status: 200,
      body: {
        ...{ id: PAYMENT_ID, orderId: ann.orderId, userId: "ann", amountFen: 1_980, method: "simulator" },
        ...{ status: "pending", createdAt: "2026-06-01T08:00:01.000Z" },
      },
    })
  })

  test.each([
    ["nobody", {}, 401],
    ["a stranger", as("bob"), 404],
    ["staff", as("s1", "staff"), 200],
    ["admin", as("a1", "admin"), 200],
    ["auditor", as("i1", "auditor"), 200],
  ])("%s on another's", async (_who, headers, status) => {
    expect((await get(`/v1/payments/${PAYMENT_ID}`, headers)).status).toBe(status)
  })

  test.each(["x", PAYMENT_ID.replace("4f", "5f"), `${PAYMENT_ID}0`])("%s is none", async (id) => {
    expect((await get(`/v1/payments/${id}`, as("ann"))).body.code).toBe("not_found")
  })
})

describe("notifications", () => {
  const idsOf = async (userId: string, query = "") => {
    const { body } = await get(`/v1/notifications${query}`, as(userId))
    return body.items.map(({ type, orderId }: { type: string; orderId: string }) => [type, orderId])
  }

  test("everybody reads their own", async () => {
    expect(await idsOf("ann")).toEqual([["order_paid", ann.orderId]])
    expect(await idsOf("bob")).toEqual([["order_timed_out", bob.orderId]])
    expect((await get("/v1/notifications", as("ann", "staff"))).body.items).toHaveLength(1)
    expect((await get("/v1/notifications", as("carol"))).body).toEqual({ items: [], nextCursor: null })
  })

  test("have the id of the event, and its instant", async () => {
    const { body } = await get("/v1/notifications", as("ann"))
    const paid = side.log.all.find(({ type }) => type === "OrderPaid")!
    expect(body.items).toEqual([
      { id: paid.id, type: "order_paid", orderId: ann.orderId, createdAt: "2026-06-01T08:00:01.000Z" },
    ])
  })

  test.each([
    ["nobody", {}, 401],
    ["an auditor, who owns nothing", as("i1", "auditor"), 403],
  ])("%s", async (_who, headers, status) => {
    expect((await get("/v1/notifications", headers)).status).toBe(status)
  })

  test("come page by page", async () => {
    const many = Array.from({ length: 5 }, (_, n) => lifeOf(SALE_ID, n + 10, "dan"))
    const after = await tell(side.log, ...many.map((life) => life.paid()))
    const seen: string[] = []
    let cursor = ""
    do {
      const { body } = await get(
        `/v1/notifications?limit=2&after=${after}${cursor && `&cursor=${cursor}`}`,
        as("dan"),
      )
      seen.push(...body.items.map(({ orderId }: { orderId: string }) => orderId))
      cursor = body.nextCursor ?? ""
    } while (cursor)
    expect(seen).toEqual(many.map(({ orderId }) => orderId).toReversed())
  })

  test("are waited for by their consumer's own offset, not by the read models'", async () => {
    await followers[1]!.stop()
    const after = await tell(side.log, lifeOf(SALE_ID, 30, "eve").paid())
    await side.watch.waitFor(after, 5_000)
    expect((await get(`/v1/notifications?after=${after}`, as("eve"))).body.code).toBe("lagging")
    followers[1] = side.notify()
    expect(await side.told.waitFor(after, 5_000)).toBe(true)
    expect(await idsOf("eve", `?after=${after}`)).toHaveLength(1)
  })
})
