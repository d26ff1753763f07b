import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { cancellationCommands } from "../../src/commands/routes/cancellations.ts"
import { dishCommands } from "../../src/commands/routes/dishes.ts"
import { flashSaleCommands } from "../../src/commands/routes/flash-sales.ts"
import { orderCommands } from "../../src/commands/routes/orders.ts"
import { paymentCommands } from "../../src/commands/routes/payments.ts"
import { login } from "../../src/http/login.ts"
import { dishQueries } from "../../src/projections/routes/dishes.ts"
import { flashSaleQueries } from "../../src/projections/routes/flash-sales.ts"
import { notificationQueries } from "../../src/projections/routes/notifications.ts"
import { orderQueries } from "../../src/projections/routes/orders.ts"
import { paymentQueries } from "../../src/projections/routes/payments.ts"
import { ask } from "../support/ask.ts"
import { buildTestEdge, type TestEdge } from "../support/http.ts"

interface Operation {
  readonly parameters?: readonly {
    name: string
    in: string
    required?: boolean
    schema: { pattern?: string }
  }[]
  readonly operationId: string
  readonly summary: string
  readonly security?: readonly object[]
  readonly requestBody?: { required: boolean }
  readonly responses: Record<
    string,
    {
      description: string
      headers?: Record<string, object>
      links?: Record<string, { operationId: string }>
      content: Record<string, { schema: { properties: { code: { enum: string[] } } } }>
    }
  >
}

let edge: TestEdge
let spec: {
  openapi: string
  info: { description: string }
  paths: Record<string, Record<string, Operation>>
  components: object
}

beforeAll(async () => {
  // The routes are described, never called, so nothing stands behind them.
  const nothing = {} as never
  edge = await buildTestEdge([
    login(nothing, nothing),
    dishCommands(nothing),
    dishQueries(nothing),
    flashSaleCommands(nothing, nothing),
    flashSaleQueries(nothing),
    orderCommands(nothing, nothing),
    orderQueries(nothing),
    cancellationCommands(nothing),
    paymentCommands({ gateway: { provider: "simulator" } } as never),
    paymentQueries(nothing),
    notificationQueries(nothing),
  ])
  spec = (await ask(edge.app, "/openapi.json")).body
})
afterAll(() => edge.app.close())

const codesOf = ({ responses }: Operation): string[] =>
  Object.values(responses).flatMap(
    ({ content }) => content?.["application/problem+json"]?.schema.properties.code.enum ?? [],
  )

test("is OpenAPI 3.1, with bearer tokens", () => {
  expect(spec.openapi).toBe("3.1.0")
  expect(spec.components).toMatchObject({ securitySchemes: { bearer: { type: "http", scheme: "bearer" } } })
})

describe.each([
  ["POST /v1/auth/wechat", "anyone", 200, []],
  ["POST /v1/dishes", "token", 201, ["request_conflict"]],
  ["PATCH /v1/dishes/{id}", "token", 200, ["not_found"]],
  ["GET /v1/dishes", "anyone", 200, ["lagging"]],
  ["POST /v1/flash-sales", "token", 201, ["request_conflict"]],
  ["PATCH /v1/flash-sales/{id}", "token", 200, ["not_found", "invalid_state"]],
  ["POST /v1/flash-sales/{id}/pause", "token", 200, ["not_found", "invalid_state", "request_conflict"]],
  ["POST /v1/flash-sales/{id}/resume", "token", 200, ["not_found", "invalid_state", "request_conflict"]],
  ["POST /v1/flash-sales/{id}/close", "token", 200, ["not_found", "request_conflict"]],
  ["POST /v1/flash-sales/{id}/stock-adjustments", "token", 200, ["invalid_state", "request_conflict"]],
  ["GET /v1/flash-sales", "anyone", 200, ["lagging"]],
  ["GET /v1/flash-sales/{id}", "anyone", 200, ["not_found", "lagging"]],
  [
    "POST /v1/flash-sales/{id}/orders",
    "token",
    201,
    [
      "sold_out",
      "limit_exceeded",
      "sale_not_open",
      "sale_paused",
      "request_conflict",
      "request_expired",
      "not_found",
      "overloaded",
    ],
  ],
  ["POST /v1/flash-sales/{id}/orders", "token", 202, []],
  ["GET /v1/flash-sales/{id}/requests/{requestId}", "token", 200, ["not_found"]],
  ["GET /v1/orders", "token", 200, ["lagging"]],
  ["GET /v1/orders/{id}", "token", 200, ["not_found", "lagging"]],
  ["POST /v1/orders/{id}/cancellation", "token", 200, ["not_found", "invalid_state"]],
  ["POST /v1/orders/{id}/payments", "token", 201, ["not_found", "invalid_state", "request_conflict"]],
  ["GET /v1/payments/{id}", "token", 200, ["not_found", "lagging"]],
  ["POST /v1/payments/simulator/{paymentId}", "token", 200, ["not_found", "request_conflict"]],
  ["POST /v1/payments/notifications/{provider}", "anyone", 200, ["not_found", "unauthenticated"]],
  ["GET /v1/notifications", "token", 200, ["lagging"]],
] as const)("%s", (route, who, status, problems) => {
  const [method, path] = route.split(" ") as [string, string]
  const operation = () => spec.paths[path]![method.toLowerCase()]!

  test(`describes ${status} and its problems`, () => {
    expect(operation().responses[status]?.content["application/json"]?.schema).toBeDefined()
    const expected = [...problems, "invalid_request", "rate_limited", "internal_error", "unavailable"]
    if (who === "token") expected.push("unauthenticated", "forbidden")
    if (method !== "GET") expected.push("payload_too_large", "unsupported_media_type")
    expect(codesOf(operation())).toEqual(expect.arrayContaining(expected))
  })

  test(`is open to ${who === "anyone" ? "anyone" : "who has a token"}`, () => {
    expect(operation().security).toEqual(who === "anyone" ? undefined : [{ bearer: [] }])
  })

  test("says whether it takes an Idempotency-Key", () => {
    const key = operation().parameters?.find(({ name }) => name.toLowerCase() === "idempotency-key")
    const keyless = ["/v1/auth/wechat", "/v1/payments/notifications/{provider}"]
    if (method !== "POST" || keyless.includes(path)) expect(key).toBeUndefined()
    else {
      expect(key).toMatchObject({ in: "header", required: true })
      expect(new RegExp(key!.schema.pattern!).test("!~")).toBe(true)
      expect(new RegExp(key!.schema.pattern!).test("k".repeat(201))).toBe(false)
    }
  })
})

test("describes every path that is routed, and none that is not", () => {
  const paths = Object.keys(spec.paths).filter((path) => path.startsWith("/v1/"))
  expect(paths).toHaveLength(19)
})

test("every operation has a name of its own and says what it is for", () => {
  const operations = Object.values(spec.paths).flatMap((methods) => Object.values(methods))
  const names = operations.map(({ operationId }) => operationId)
  expect(new Set(names).size).toBe(operations.length)
  for (const { summary, responses } of operations) {
    expect(summary.length).toBeGreaterThan(5)
    for (const { description, links = {} } of Object.values(responses)) {
      expect(description).not.toBe("Default Response")
      expect(names).toEqual(expect.arrayContaining(Object.keys(links)))
    }
  }
})

test("says which headers an answer has, and which body may be absent", () => {
  const order = spec.paths["/v1/flash-sales/{id}/orders"]!.post!
  const headersOf = (status: number) => Object.keys(order.responses[status]!.headers ?? {})
  expect([201, 202, 401, 409, 429, 503].map(headersOf)).toEqual([
    ["Location"],
    ["Location"],
    ["WWW-Authenticate"],
    [],
    ["Retry-After"],
    ["Retry-After"],
  ])
  expect(order.requestBody!.required).toBe(true)
  expect(spec.paths["/v1/flash-sales/{id}/pause"]!.post!.requestBody!.required).toBe(false)
})

test("names every code that there is", () => {
  for (const code of ["method_not_allowed", "rate_limited", "overloaded", "lagging"])
    expect(spec.info.description).toContain(`\`${code}\``)
})

test("the page for people loads only from here, and runs nothing that stands in the page itself", async () => {
  const page = await ask(edge.app, "/docs")
  expect(page.status).toBe(200)
  expect(page.headers["content-security-policy"]).toContain("script-src 'self';")
  const linked = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!)
  expect(linked.length).toBeGreaterThan(3)
  for (const url of [...linked, "/docs/json"]) {
    expect([url, url[0], (await ask(edge.app, url)).status]).toEqual([url, "/", 200])
  }
  const scripts = [...page.text.matchAll(/<script[^>]*>([^<]*)<\/script>/g)].map(([, inline]) =>
    inline!.trim(),
  )
  expect(scripts.join("")).toBe("")
})
