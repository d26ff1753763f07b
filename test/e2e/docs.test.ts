import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { delimiter } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type System, startSystem } from "../support/system.ts"

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL("../../", import.meta.url))
const EXAMPLE = `${ROOT}examples/buy-a-cup.mjs`
const env = () => ({
  ...process.env,
  PATH: `${ROOT}node_modules/.bin${delimiter}${process.env.PATH}`,
  JWT_SECRET: system.secret,
})

let system: System
beforeAll(async () => {
  system = await startSystem({ SEED_DEMO: "true" })
})
afterAll(() => system.close())

/** Runs what a page tells its reader to run, in one shell; returns what was printed, a value a line. */
async function follow(page: string) {
  const text = readFileSync(`${ROOT}docs/${page}`, "utf8")
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block)
  const script = blocks.join("\n").replaceAll("http://127.0.0.1:3000", system.url)
  // Answers end without a line's end; the reader's prompt follows them.
  const lines = 'curl() { command curl -w "\\n" "$@"; }\n'
  const { stdout } = await run("bash", ["-euo", "pipefail", "-c", lines + script], { cwd: ROOT, env: env() })
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
}

describe("what the docs tell to run", () => {
  it("walks from a sale to its end", async () => {
    const [sale, bought, again, order, request, payment, told, cancelled, found, paused, refused, ...rest] =
      await follow("api.md")
    expect(sale).toMatchObject({ title: "Mocha for 9.90", status: "open", remaining: 5 })
    expect(bought).toMatchObject({ quantity: 1, amountFen: 990, status: "pending_payment" })
    expect(again).toEqual(bought)
    expect(order).toMatchObject({ id: bought.id, userId: "alice", status: "pending_payment" })
    expect(request).toEqual({ state: "accepted", order: bought })
    expect(payment).toMatchObject({ orderId: bought.id, status: "captured" })
    expect(told.items).toBeInstanceOf(Array)
    expect(cancelled.status).toBe("cancelled")
    expect(found.items).toHaveLength(2)
    expect([paused.status, refused.code]).toEqual(["paused", "sale_paused"])
    expect(rest.map(({ status }) => status)).toEqual(["open", "open", "open", "closed"])
  })

  it("buys a cup", async () => {
    expect(await follow("clients.md")).toMatchObject([{ quantity: 1, status: "pending_payment" }])
  })
})

/** A server that gives these answers in turn, and tells how it was asked. */
async function scripted(answers: readonly ((response: ServerResponse) => void)[]) {
  const asked: { method: string; path: string; key: unknown }[] = []
  const server = createServer((request: IncomingMessage, response) => {
    const { method = "", url = "", headers } = request
    const answer = answers[asked.push({ method, path: url, key: headers["idempotency-key"] }) - 1]
    request.resume().on("end", () => (answer ? answer(response) : response.destroy()))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  }
}
const answer =
  (status: number, body: object, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))
const silence = (response: ServerResponse) => response.destroy()
const again = answer(503, { code: "unavailable" }, { "retry-after": "1" })
const underWay = answer(202, { state: "pending" }, { location: "/there" })

describe("the example client", () => {
  const buyFrom = async (url: string) => run(process.execPath, [EXAMPLE, url, "a-sale", "a-token"])

  it("keeps its key through silence, 503, 500, 202 and what was forgotten, and makes another one for an expired one", async () => {
    const bought = { id: "the order" }
    const server = await scripted([
      silence,
      again,
      answer(500, { code: "internal_error" }),
      underWay,
      answer(200, { state: "pending" }),
      silence,
      answer(404, { code: "not_found" }),
      underWay,
      answer(200, { state: "refused", code: "request_expired" }),
      answer(429, { code: "rate_limited" }, { "retry-after": "1" }),
      answer(201, bought),
    ])
    const { stdout } = await buyFrom(server.url)
    expect(JSON.parse(stdout)).toEqual(bought)
    const orders = "POST /v1/flash-sales/a-sale/orders"
    expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      ...[orders, orders, orders, orders],
      ...["GET /there", "GET /there", "GET /there"],
      ...[orders, "GET /there", orders, orders],
    ])
    const keys = server.asked.filter(({ method }) => method === "POST").map(({ key }) => key)
    expect([new Set(keys.slice(0, 5)).size, new Set(keys.slice(5)).size, new Set(keys).size]).toEqual([
      1, 1, 2,
    ])
    server.close()
  })

  it.each([
    ["a refusal", [answer(409, { code: "sold_out" })], "refused: sold_out"],
    [
      "a refusal after 202",
      [underWay, answer(200, { state: "refused", code: "sale_paused" })],
      "refused: sale_paused",
    ],
    ["what will not get better", [answer(403, { code: "forbidden" })], "403 forbidden"],
  ])("ends at %s", async (_name, answers, message) => {
    const server = await scripted(answers)
    await expect(buyFrom(server.url)).rejects.toMatchObject({ code: 1, stderr: `${message}\n` })
    expect(server.asked).toHaveLength(answers.length)
    server.close()
  })
})
