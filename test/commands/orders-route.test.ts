import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { orderCommands } from "../../src/commands/routes/orders.ts"
import type { LiveSales } from "../../src/commands/sale/live-sales.ts"
import { listen } from "../../src/http/server.ts"
import { as, buildTestEdge, type TestEdge } from "../support/http.ts"
import { senderTo } from "../support/openapi/send.ts"
import { saleWorld, type World } from "../support/sale-world.ts"
import { SALE_ID } from "../support/scenario.ts"

let world: World
let edge: TestEdge
let send: ReturnType<typeof senderTo>
/** Lets the log answer; until then every order is one that was not decided in time. */
let answer: () => void

beforeAll(async () => {
  world = await saleWorld({ stock: 100, perUserLimit: 100 })
  const first = await world.process()
  const loading = first.live.rebuild.ensureLoaded()
  await world.clock.settle()
  await loading
  const held = Promise.withResolvers<void>()
  answer = held.resolve
  const append: typeof world.log.append = async (...args) => {
    await held.promise
    return world.log.append(...args)
  }
  const { live, deps } = await world.process({ store: { append } })
  const sales = { peek: () => live, get: async () => live } as unknown as LiveSales
  edge = await buildTestEdge([orderCommands(deps, sales)])
  send = senderTo(`http://127.0.0.1:${await listen(edge.app, { host: "127.0.0.1", port: 0 })}`)
})
afterAll(() => edge.app.close())

const buy = (key: string) =>
  send({
    method: "POST",
    path: `/v1/flash-sales/${SALE_ID}/orders`,
    headers: { ...as("ann"), "idempotency-key": key, "content-type": "application/json" },
    body: Buffer.from('{"quantity":1}'),
    chunked: false,
  })
/** Asks for the path as it stands: most clients would take dots in it for steps, even encoded ones. */
const ask = async (path: string, user = "ann") =>
  JSON.parse((await send({ method: "GET", path, headers: as(user), chunked: false })).text)

const unitsUnderWay = async () => {
  const seen = await world.gate.look(SALE_ID)
  return seen.kind === "not_loaded" ? 0 : seen.pendingUnits
}

const keys = [
  "plain",
  "/",
  "a/../b",
  "..",
  ".",
  "%",
  "%2F",
  "?#",
  ";a=b",
  '\\"<>^`{|}',
  "k".repeat(200),
  "%".repeat(200),
]

describe("an order that is not decided in time", () => {
  const paths = new Map<string, string>()

  it("is 202, and says where to ask for it, whatever its key", async () => {
    const answers = keys.map(async (key) => ({ key, ...(await buy(key)) }))
    await expect.poll(unitsUnderWay).toBe(keys.length)
    await world.clock.advance(800)
    for (const { key, status, headers, text } of await Promise.all(answers)) {
      expect([key, status, text]).toEqual([key, 202, '{"state":"pending"}'])
      const path = String(headers.location)
      // Nothing in the key's segment that a client or a proxy between would take for more than a name.
      expect(path).toMatch(new RegExp(`^/v1/flash-sales/${SALE_ID}/requests/[\\w!~*'()%.-]+$`))
      expect(path).not.toMatch(/\/\.\.?$/)
      paths.set(key, path)
    }
    expect(new Set(paths.values()).size).toBe(keys.length)
  })

  it("is pending there, to its own user only", async () => {
    for (const path of paths.values()) {
      expect(await ask(path)).toEqual({ state: "pending" })
      expect((await ask(path, "bob")).code).toBe("not_found")
    }
  })

  it("and in the end is there what the 201 would have been", async () => {
    answer()
    await expect.poll(() => world.events().length).toBe(keys.length + 2)
    for (const [key, path] of paths) {
      const state = await ask(path)
      expect(state).toMatchObject({ state: "accepted", order: { quantity: 1, status: "pending_payment" } })
      const again = await buy(key)
      expect([again.status, JSON.parse(again.text)]).toEqual([201, state.order])
      expect(again.headers.location).toBe(`/v1/orders/${state.order.id}`)
    }
  })
})
