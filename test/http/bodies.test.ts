import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ask } from "../support/ask.ts"
import { as, buildTestEdge, type TestEdge } from "../support/http.ts"
import { addThings } from "./thing-routes.ts"

let edge: TestEdge
beforeAll(async () => {
  edge = await buildTestEdge([addThings])
})
afterAll(() => edge.app.close())

const json = { "content-type": "application/json" }
const postTo = (url: string, headers: Record<string, string>, payload?: string) =>
  ask(edge.app, { method: "POST", url, headers, ...(payload === undefined ? {} : { payload }) })
const post = (headers: Record<string, string>, payload?: string) =>
  postTo("/v1/things", { ...as("u1"), "idempotency-key": "k", ...headers }, payload)

describe("bodies", () => {
  test.each([
    ["no body, no content type", {}, undefined],
    ["no body, content type JSON", json, undefined],
    ["empty body, content type JSON", json, ""],
    ["empty body, another content type", { "content-type": "text/plain" }, ""],
    ["empty body in chunks", { ...json, "transfer-encoding": "chunked" }, ""],
    ["empty body in chunks, no content type", { "transfer-encoding": "chunked" }, ""],
  ])("%s is {}", async (_name, headers, payload) => {
    const { status, body } = await post(headers as Record<string, string>, payload)
    expect([status, body.body]).toEqual([201, {}])
  })

  test.each([
    ["not JSON", '{"quantity":'],
    ["__proto__", '{"__proto__":{"quantity":1}}'],
    ["constructor.prototype", '{"constructor":{"prototype":{"quantity":1}}}'],
    ["null", "null"],
    ["an array", "[]"],
    ["an unknown field", '{"quantity":1,"price":1}'],
    ["a number as text", '{"quantity":"1"}'],
    ["a number too large", '{"quantity":1e300}'],
  ])("%s is 400", async (_name, payload) => {
    const { status, body } = await post(json, payload)
    expect([status, body.code]).toEqual([400, "invalid_request"])
  })

  test("says what is wrong where", async () => {
    const { body } = await post(json, '{"quantity":0}')
    expect(body.errors).toEqual([{ path: "/quantity", message: expect.any(String) }])
  })

  test("over 16 KiB is 413, up to it is read", async () => {
    const body = (bytes: number) => `{"title":"${"x".repeat(bytes - 12)}"}`
    expect((await post(json, body(16 * 1024))).status).toBe(201)
    expect((await post(json, body(16 * 1024 + 1))).body.code).toBe("payload_too_large")
  })

  test.each([
    [{ "content-type": "text/plain" }],
    [{ "content-type": "application/x-www-form-urlencoded" }],
    [{ "content-type": "nonsense" }],
    [{ ...json, "content-encoding": "gzip" }],
  ])("%o is 415", async (headers) => {
    expect((await post(headers, "{}")).body.code).toBe("unsupported_media_type")
  })
})

describe("a route that takes bytes", () => {
  const tell = (headers: Record<string, string>, payload?: string) => postTo("/v1/bytes", headers, payload)

  test.each([
    ["JSON", json, '{ "a":1}'],
    ["what is no JSON", json, "{"],
    ["another type", { "content-type": "nonsense" }, "a=1"],
    ["no type", {}, "a"],
    ["nothing", {}, undefined],
  ])("gets %s as it is", async (_name, headers, payload) => {
    const { status, body } = await tell(headers as Record<string, string>, payload)
    expect([status, body.hex]).toEqual([200, Buffer.from(payload ?? "").toString("hex")])
  })

  test("reads no more than 16 KiB", async () => {
    expect((await tell({}, "x".repeat(16 * 1024 + 1))).body.code).toBe("payload_too_large")
  })
})
