import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ask as askOver, type Question } from "../support/ask.ts"
import { as, buildTestEdge, type TestEdge } from "../support/http.ts"
import { addThings } from "./thing-routes.ts"

let edge: TestEdge
beforeAll(async () => {
  edge = await buildTestEdge([addThings])
})
afterAll(() => edge.app.close())

const ask = (question: Question) => askOver(edge.app, question)
const json = { "content-type": "application/json" }
const post = (headers: Record<string, string>, payload?: string) =>
  ask({
    method: "POST",
    url: "/v1/things",
    headers: { ...as("u1"), "idempotency-key": "k", ...headers },
    ...(payload === undefined ? {} : { payload }),
  })

describe("problems", () => {
  test("have one shape, and a stable code", async () => {
    const { status, headers, body } = await ask({ url: "/v1/nothing" })
    expect(status).toBe(404)
    expect(headers["content-type"]).toMatch(/^application\/problem\+json/)
    expect(body).toEqual({
      type: "urn:hash-coffee:problem:not_found",
      title: expect.any(String),
      status: 404,
      code: "not_found",
    })
  })

  test.each([
    ["GET", "/v1/things", "POST"],
    ["DELETE", "/v1/things", "POST"],
    ["OPTIONS", "/v1/things", "POST"],
    ["POST", "/v1/things/abc", "GET, HEAD"],
    ["PUT", "/v1/things/abc/pause", "POST"],
  ] as const)("%s %s is 405 and says what is allowed", async (method, url, allow) => {
    const { status, headers, body } = await ask({ method, url })
    expect([status, body.code, headers.allow]).toEqual([405, "method_not_allowed", allow])
  })

  test.each(["/", "/v1", "/v1/things/", "/v1/things/abc/", "/v1/things//pause", "/V1/things"])(
    "%s is 404",
    async (url) => expect((await ask({ url })).body.code).toBe("not_found"),
  )

  test("an unknown path is 404, whatever body comes along", async () => {
    const payload = `{"a":"${"x".repeat(20_000)}"`
    const { status } = await ask({ method: "POST", url: "/v1/nothing", headers: json, payload })
    expect(status).toBe(404)
  })

  test("an exception says nothing of the inside, but to the log", async () => {
    const { status, body } = await ask({ url: "/v1/broken" })
    expect([status, body.code]).toEqual([500, "internal_error"])
    expect(JSON.stringify(body)).not.toContain("tiger")
    expect(edge.logged.join()).toContain("tiger")
  })

  test("an answer that breaks its own schema is our fault", async () => {
    const { status, body } = await ask({ url: "/v1/wrong" })
    expect([status, body.code]).toEqual([500, "internal_error"])
  })

  test("an answer that was given stands, whatever is answered after it", async () => {
    const { status, body } = await ask({ url: "/v1/twice" })
    expect([status, body.code]).toEqual([503, "unavailable"])
  })

  test("a server behind us that does not answer is 503, come again", async () => {
    const { status, headers, body } = await ask({ url: "/v1/away" })
    expect([status, body.code, headers["retry-after"]]).toEqual([503, "unavailable", "1"])
    expect(JSON.stringify(body)).not.toContain("10.0.0.7")
  })
})

describe("Idempotency-Key", () => {
  const visible = Array.from({ length: 94 }, (_, at) => String.fromCharCode(0x21 + at)).join("")

  test.each([
    ["one character", "k"],
    ["every visible character", visible],
    ["200 characters", "k".repeat(200)],
  ])("%s", async (_name, key) => {
    const { status, body } = await post({ "idempotency-key": key })
    expect([status, body.key]).toEqual([201, key])
  })

  test.each([
    ["missing", undefined],
    ["empty", ""],
    ["201 characters", "k".repeat(201)],
    ["a space inside", "a b"],
    ["not ASCII", "caf\u00e9"],
  ])("%s is 400", async (_name, key) => {
    const headers = { ...as("u1"), ...(key === undefined ? {} : { "idempotency-key": key }) }
    const { status, body } = await ask({ method: "POST", url: "/v1/things", headers })
    expect([status, body.code]).toEqual([400, "invalid_request"])
  })

  test.each([visible, "%".repeat(200), "/".repeat(200), "a/../b?c#d;e"])(
    "%s comes back from a path",
    async (key) => {
      const plain = await ask({ url: `/v1/things/abc/requests/${encodeURIComponent(key)}` })
      expect(plain.body.key).toBe(key)
      const each = [...key].map((char) => `%${char.charCodeAt(0).toString(16)}`).join("")
      const everyOneEncoded = await ask({ url: `/v1/things/abc/requests/${each}` })
      expect(everyOneEncoded.body.key).toBe(key)
    },
  )

  test("a path's parameter beyond every legal key is 404", async () => {
    expect((await ask({ url: `/v1/things/abc/requests/${"k".repeat(601)}` })).status).toBe(404)
  })
})

describe("order of the checks", () => {
  const url = "/v1/things/NOT-AN-ID/pause"
  const bad = { headers: json, payload: "{" }

  test("401 before all", async () => {
    expect((await ask({ method: "POST", url, ...bad })).status).toBe(401)
  })
  test("then 403", async () => {
    const headers = { ...json, ...as("u1") }
    expect((await ask({ method: "POST", url, ...bad, headers })).status).toBe(403)
  })
  test("then what is wrong with the request", async () => {
    const headers = { ...json, ...as("boss", "admin") }
    expect((await ask({ method: "POST", url, ...bad, headers })).status).toBe(400)
  })
  test("a malformed id is 404", async () => {
    const headers = as("boss", "admin")
    expect((await ask({ method: "POST", url, headers })).status).toBe(404)
  })
})

test("an unknown query name is 400", async () => {
  expect((await ask({ url: "/v1/things/abc?x=1" })).body.code).toBe("invalid_request")
})

test("HEAD is GET without its body", async () => {
  const { status, body } = await ask({ method: "HEAD", url: "/v1/things/abc" })
  expect([status, body]).toEqual([200, undefined])
})

test("a route that does not say who may use it does not start", async () => {
  const add = buildTestEdge([(api) => api.get("/v1/open", async () => "")])
  await expect(add).rejects.toThrow("/v1/open does not say who may use it")
})
