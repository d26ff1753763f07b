import { connect, type Socket } from "node:net"
import { afterEach, expect, test } from "vitest"
import { z } from "zod"
import { access } from "../../src/http/auth.ts"
import { closeServer, listen } from "../../src/http/server.ts"
import { buildTestEdge } from "../support/http.ts"

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

/** An edge that listens, with one route that answers only when it is told to. */
async function start() {
  const arrived = Promise.withResolvers<void>()
  const told = Promise.withResolvers<void>()
  const { app } = await buildTestEdge([
    (api) =>
      api.get(
        "/v1/slow",
        { config: { access: access.anyone }, schema: { response: { 200: z.object({ done: z.boolean() }) } } },
        async () => {
          arrived.resolve()
          await told.promise
          return { done: true }
        },
      ),
  ])
  let received: Socket[] = []
  app.server.on("connection", (socket) => {
    received = [...received, socket]
  })
  const bytesRead = () => received.reduce((bytes, socket) => bytes + socket.bytesRead, 0)
  const port = await listen(app, { host: "127.0.0.1", port: 0 })
  return { app, port, bytesRead, arrived: arrived.promise, tell: told.resolve }
}

/** A raw connection: what one sends, and all that comes back until the other side ends it. */
function dial(port: number) {
  const socket = connect(port, "127.0.0.1")
  sockets.push(socket)
  const chunks: Buffer[] = []
  socket.on("data", (chunk) => chunks.push(chunk))
  const ended = new Promise<string>((resolve, reject) => {
    socket.on("close", () => resolve(Buffer.concat(chunks).toString()))
    socket.on("error", reject)
  })
  return { send: (text: string) => socket.write(text), ended }
}
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`

test("closing answers what was accepted, tells the client to go, and does not wait for the idle", async () => {
  const { app, port, arrived, tell } = await start()
  const idle = dial(port)
  const busy = dial(port)
  busy.send(get("/v1/slow"))
  await arrived
  const closed = closeServer(app, 5_000)
  await expect.poll(() => app.server.listening).toBe(false)
  tell()
  const answer = await busy.ended
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK/)
  expect(answer).toMatch(/connection: close/i)
  expect(answer).toContain('{"done":true}')
  await closed
  await idle.ended
})

test("a request that comes on a kept connection while closing is still served", async () => {
  const { app, port, bytesRead, arrived, tell } = await start()
  const busy = dial(port)
  const second = dial(port)
  busy.send(get("/v1/slow"))
  await arrived
  // Half a request keeps the connection from being idle when the close begins.
  const half = "GET /readyz HTTP/1.1\r\n"
  second.send(half)
  await expect.poll(bytesRead).toBe(get("/v1/slow").length + half.length)
  const closed = closeServer(app, 5_000)
  await expect.poll(() => app.server.listening).toBe(false)
  second.send("Host: x\r\n\r\n")
  const answer = await second.ended
  expect(answer).toMatch(/^HTTP\/1\.1 503/)
  expect(answer).toContain("Not ready: closing")
  expect(answer).toMatch(/connection: close/i)
  tell()
  await closed
})

test("a client that never finishes is cut when the time is up", async () => {
  const { app, port, arrived } = await start()
  const stuck = dial(port)
  stuck.send(get("/v1/slow"))
  await arrived
  await closeServer(app, 50)
  expect(await stuck.ended).toBe("")
})

test.each([
  ["bytes that are no request", "NONSENSE\r\n\r\n"],
  ["a header that is too large", `GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`],
])("%s are answered with a problem", async (_name, text) => {
  const { app, port } = await start()
  const { send, ended } = dial(port)
  send(text)
  const answer = await ended
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\ncontent-type: application\/problem\+json/)
  expect(JSON.parse(answer.split("\r\n\r\n")[1]!)).toMatchObject({ status: 400, code: "invalid_request" })
  await closeServer(app, 1_000)
})

test.each(["PROPFIND", "QUERY", "TRACE"])("%s is a method that no path takes", async (method) => {
  const { app, port } = await start()
  const { send, ended } = dial(port)
  send(`${method} /v1/slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  const answer = await ended
  expect(answer).toMatch(/^HTTP\/1\.1 405 .*\r\n/)
  expect(answer).toContain('"code":"method_not_allowed"')
  await closeServer(app, 1_000)
})
