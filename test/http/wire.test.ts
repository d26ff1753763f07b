import { connect } from "node:net"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { SECURITY_HEADERS } from "../../src/http/security-headers.ts"
import { listen } from "../../src/http/server.ts"
import { as, buildTestEdge, type TestEdge } from "../support/http.ts"
import { addThings } from "./thing-routes.ts"

// What an HTTP client would never send, byte for byte.

const timeouts = { request: 300, headers: 150, connection: 2_000, keepAlive: 2_000, check: 25 }
let edge: TestEdge
let port: number
beforeAll(async () => {
  edge = await buildTestEdge([addThings], { timeouts })
  port = await listen(edge.app, { host: "127.0.0.1", port: 0 })
})
afterAll(() => edge.app.close())

/** Sends the parts and collects what comes back until the other side ends it. */
function talk(parts: readonly (string | Buffer)[]) {
  return new Promise<string>((resolve, reject) => {
    const socket = connect(port, "127.0.0.1")
    let text = ""
    socket.on("error", reject)
    socket.on("close", () => resolve(text))
    socket.on("data", (chunk) => {
      text += chunk
    })
    for (const part of parts) socket.write(part)
  })
}
const statusesOf = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))
const jsonOf = (text: string) => JSON.parse(text.slice(text.indexOf("{")))

const HOST = "Host: x\r\n"
const CLOSE = "Connection: close\r\n"
const POST = `POST /v1/things HTTP/1.1\r\n${HOST}Authorization: ${as("u1").authorization}\r\nIdempotency-Key: k\r\n`
const JSON_POST = `${POST}Content-Type: application/json\r\n`

test.each([
  ["no Host", `GET /livez HTTP/1.1\r\n${CLOSE}\r\n`],
  ["a length and chunks", `${JSON_POST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ["two lengths", `${JSON_POST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} `],
  ["an encoding after chunks", `${JSON_POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
  ["a chunk of no size", `${JSON_POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
  ["a space in a header's name", `GET /livez HTTP/1.1\r\n${HOST}A b: c\r\n\r\n`],
  ["lines without carriage returns", "GET /livez HTTP/1.1\nHost: x\n\n"],
  ["broken percent-encoding", `GET /v1/things/%zz HTTP/1.1\r\n${HOST}${CLOSE}\r\n`],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["a tunnel", `CONNECT elsewhere:443 HTTP/1.1\r\n${HOST}\r\n`],
])("%s is 400, a problem with all headers, and the end", async (_name, request) => {
  const answer = await talk([request])
  expect(statusesOf(answer)).toEqual([400])
  expect(answer).toMatch(/content-type: application\/problem\+json/)
  expect(answer).toMatch(/x-content-type-options: nosniff/)
  expect(jsonOf(answer).code).toBe("invalid_request")
})

test.each([
  ["HTTP/1.0 without a Host", "GET /livez HTTP/1.0\r\n\r\n"],
  ["an expectation that nobody knows", `GET /livez HTTP/1.1\r\n${HOST}${CLOSE}Expect: tea\r\n\r\n`],
  [
    "an upgrade that nobody offers",
    `GET /livez HTTP/1.1\r\n${HOST}Connection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n`,
  ],
  ["a whole URL", `GET http://elsewhere/livez HTTP/1.1\r\n${HOST}${CLOSE}\r\n`],
])("%s is served", async (_name, request) => {
  expect(statusesOf(await talk([request]))).toEqual([200])
})

describe("every answer", () => {
  const headersOf = (text: string) =>
    text
      .slice(0, text.indexOf("\r\n\r\n"))
      .split("\r\n")
      .slice(1)
      .map((line) => line.slice(0, line.indexOf(":")).toLowerCase())

  test.each([
    ["of a route", "/v1/things/abc"],
    ["of no route", "/v1/nothing"],
    ["of the router", "/v1/things/%zz"],
    ["of the documentation, which allows itself more", "/docs"],
  ])("%s says little of itself, and forbids what a browser might try", async (_name, path) => {
    const answer = await talk([`GET ${path} HTTP/1.1\r\n${HOST}Origin: https://elsewhere\r\n${CLOSE}\r\n`])
    const headers = headersOf(answer)
    for (const name of Object.keys(SECURITY_HEADERS))
      expect(headers.filter((header) => header === name)).toEqual([name])
    for (const name of ["x-powered-by", "server", "access-control-allow-origin"])
      expect(headers).not.toContain(name)
    if (path !== "/docs")
      expect(answer).toContain("content-security-policy: default-src 'none'; frame-ancestors")
  })
})

test("a whole URL with another method is 405", async () => {
  const answer = await talk([`PUT http://elsewhere/v1/things HTTP/1.1\r\n${HOST}${CLOSE}\r\n`])
  expect([statusesOf(answer), /allow: (.*)\r/.exec(answer)?.[1]]).toEqual([[405], "POST"])
})

test("HEAD of what is not there is a head alone, and the connection goes on", async () => {
  const head = `HEAD /v1/nothing HTTP/1.1\r\n${HOST}\r\n`
  const answer = await talk([head, `GET /livez HTTP/1.1\r\n${HOST}${CLOSE}\r\n`])
  expect(statusesOf(answer)).toEqual([404, 200])
  expect(answer).not.toContain("not_found")
})

test("who waits to be told to go on is told", async () => {
  const answer = await talk([`${JSON_POST}${CLOSE}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`, "{}"])
  expect(statusesOf(answer)).toEqual([100, 201])
})

test("a body may come in pieces that divide a character", async () => {
  const bytes = Buffer.from('{"title":"Crème"}')
  const at = bytes.indexOf(0xc3) + 1
  const chunks = [bytes.subarray(0, at), bytes.subarray(at)].flatMap((piece) => [
    `${piece.length.toString(16)}\r\n`,
    piece,
    "\r\n",
  ])
  const answer = await talk([
    `${JSON_POST}${CLOSE}Transfer-Encoding: chunked\r\n\r\n`,
    ...chunks,
    "0\r\n\r\n",
  ])
  expect(jsonOf(answer).body).toEqual({ title: "Crème" })
})

test("requests that come in one piece each have their own body, read or not", async () => {
  const posts = ["one", "two"].map((title) => {
    const body = JSON.stringify({ title })
    return `${JSON_POST}Content-Length: ${body.length}\r\n\r\n${body}`
  })
  const stranger = `POST /v1/things HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\n{}`
  const answer = await talk([[...posts, stranger, `GET /livez HTTP/1.1\r\n${HOST}${CLOSE}\r\n`].join("")])
  expect(statusesOf(answer)).toEqual([201, 201, 401, 200])
  expect([...answer.matchAll(/"title":"(\w+)"/g)].map(([, title]) => title)).toEqual(["one", "two"])
})

describe("a mebibyte", () => {
  const body = Buffer.alloc(1_048_576, " ")
  const next = `GET /livez HTTP/1.1\r\n${HOST}${CLOSE}\r\n`
  const chunked = ["Transfer-Encoding: chunked\r\n\r\n100000\r\n", body, "\r\n0\r\n\r\n"]
  const counted = [`Content-Length: ${body.length}\r\n\r\n`, body]

  test.each([
    ["in chunks", [JSON_POST, ...chunked], 413],
    ["of known length", [JSON_POST, ...counted], 413],
    ["of another type", [`${POST}Content-Type: text/plain\r\n`, ...counted], 413],
    ["without a token", [`POST /v1/things HTTP/1.1\r\n${HOST}`, ...counted], 401],
    ["to nowhere", [`POST /v1/nothing HTTP/1.1\r\n${HOST}`, ...counted], 404],
  ] as const)(
    "%s is read to its end, so that the answer arrives and the next request too",
    async (_name, parts, status) => {
      expect(statusesOf(await talk([...parts, next]))).toEqual([status, 200])
    },
  )
})

describe("a client that takes too long", () => {
  test.each([
    ["and says nothing", []],
    ["with its headers", ["GET /livez HTTP/1.1\r\nHo"]],
    ["with its body", [`${JSON_POST}Content-Length: 100\r\n\r\n{`]],
    ["with its chunks", [`${JSON_POST}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`]],
  ])("%s is told so and cut", async (_name, parts) => {
    const answer = await talk(parts)
    expect([statusesOf(answer), jsonOf(answer).code]).toEqual([[400], "invalid_request"])
  })
})

test("nothing of it was our fault", () => expect(edge.logged).toEqual([]))
