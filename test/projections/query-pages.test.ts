import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { z } from "zod"
import { as } from "../support/http.ts"
import { startQueries } from "../support/queries.ts"
import { SALE_ID } from "../support/scenario.ts"

let queries: Awaited<ReturnType<typeof startQueries>>
beforeAll(async () => {
  queries = await startQueries()
})
afterAll(() => queries.close())

const get: (typeof queries)["get"] = (...args) => queries.get(...args)
const idsOf = (body: { items: { id: string }[] }) => body.items.map(({ id }) => id)
const order = (revision: number) => `${SALE_ID}-${revision}`

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
    "limit=0x1",
    "limit=1e1",
    "limit=%2B1",
    "limit=%201",
    "limit=",
    "limit=1&limit=2",
    "cursor=",
    "cursor=x",
    `cursor=${Buffer.from("[1]").toString("base64url")}`,
    `cursor=${Buffer.from('{"a":1}').toString("base64url")}`,
    `cursor=${"A".repeat(201)}`,
    `cursor=${Buffer.from('["notifications",1,"a"]').toString("base64url")}`,
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
