import { beforeAll, describe, expect, it } from "vitest"
import type { Identity } from "../../src/http/auth.ts"
import { type Api, buy, eventually, openSale } from "../support/buyer.ts"

/** A running system, whatever it runs on. */
export interface Walked {
  readonly api: Api
  token(userId: string, role?: Identity["role"]): string
}

/** The life of sales and orders over HTTP, as a user of the API goes through it. */
export function walk(start: () => Promise<Walked>, timeoutMs?: number): void {
  let api: Api
  let token: Walked["token"]
  beforeAll(async () => {
    const walked = await start()
    api = walked.api
    token = walked.token.bind(walked)
  }, timeoutMs)

  const admin = () => token("boss", "admin")
  const sell = (terms: object) => openSale(api, admin(), terms)
  const sale = async (id: string) => (await api("GET", `/v1/flash-sales/${id}`)).body
  const order = async (id: string, user: string) =>
    (await api("GET", `/v1/orders/${id}`, { token: token(user) })).body
  const becomes = (id: string, user: string, status: string, ms = 15_000) =>
    eventually(
      () => order(id, user),
      (found) => found.status === status,
      ms,
    )
  const buys = async (saleId: string, user: string, more = {}) => buy(api, saleId, token(user), more)
  const tries = async (saleId: string, user: string) =>
    (await api("POST", `/v1/flash-sales/${saleId}/orders`, { token: token(user), body: { quantity: 1 } }))
      .body.code
  const opens = async (orderId: string, user: string) => {
    const opened = await api("POST", `/v1/orders/${orderId}/payments`, {
      token: token(user),
      body: { method: "simulator" },
    })
    expect(opened.status).toBe(201)
    return opened.body as { id: string; amountFen: number }
  }
  const settles = async (paymentId: string, outcome: string) => {
    const told = await api("POST", `/v1/payments/simulator/${paymentId}`, {
      token: admin(),
      body: { outcome },
    })
    expect(told.status).toBe(200)
  }
  const commands = (saleId: string, verb: string, body = {}) =>
    api("POST", `/v1/flash-sales/${saleId}/${verb}`, { token: admin(), body })
  const timesOut = async (stock: number) => {
    const saleId = await sell({ stock, paymentWindowSeconds: 3 })
    const bought = await buys(saleId, "dan")
    const payment = await opens(bought.body.id, "dan")
    return { saleId, orderId: bought.body.id as string, payBy: Date.parse(bought.body.payBy), payment }
  }

  describe("paying", () => {
    it("pays an order once, and gives back what was paid twice", async () => {
      const saleId = await sell({ stock: 5, priceFen: 1_990 })
      const { body } = await buys(saleId, "ann")
      expect(body).toMatchObject({ amountFen: 1_990, status: "pending_payment", quantity: 1 })
      const payment = await opens(body.id, "ann")
      expect(payment.amountFen).toBe(1_990)
      await settles(payment.id, "paid_twice")
      await becomes(body.id, "ann", "paid")
      await eventually(
        () => sale(saleId),
        ({ held, sold, remaining }) => held === 0 && sold === 1 && remaining === 4,
      )
      const paid = await eventually(
        async () => (await api("GET", `/v1/payments/${payment.id}`, { token: token("ann") })).body,
        ({ status }) => status !== "pending" && status !== "refunding",
      )
      expect(["captured", "refunded"]).toContain(paid.status)
      const refused = await api("POST", `/v1/orders/${body.id}/cancellation`, { token: token("ann") })
      expect([refused.status, refused.body.code]).toEqual([409, "invalid_state"])
      const notified = await eventually(
        async () => (await api("GET", "/v1/notifications", { token: token("ann") })).body.items,
        (items) => items.length > 0,
      )
      expect(notified[0]).toMatchObject({ orderId: body.id })
    })

    it("does not take a wrong amount, and takes another payment after it", async () => {
      const saleId = await sell({ stock: 5 })
      const { body } = await buys(saleId, "bob")
      await settles((await opens(body.id, "bob")).id, "wrong_amount")
      await settles((await opens(body.id, "bob")).id, "failed")
      const right = await opens(body.id, "bob")
      expect((await order(body.id, "bob")).status).toBe("pending_payment")
      await settles(right.id, "paid")
      await becomes(body.id, "bob", "paid")
    })

    it("is nobody's business but the buyer's", async () => {
      const saleId = await sell({ stock: 5 })
      const { body } = await buys(saleId, "cat")
      const asked = await api("POST", `/v1/orders/${body.id}/payments`, {
        token: token("stranger"),
        body: { method: "simulator" },
      })
      expect(asked.status).toBe(404)
      const unknown = `${saleId}-999999`
      const missing = await api("POST", `/v1/orders/${unknown}/payments`, {
        token: token("cat"),
        body: { method: "simulator" },
      })
      expect(missing.status).toBe(404)
    })
  })

  describe("cancelling", () => {
    it("gives the cup back once, and remembers the first request", async () => {
      const saleId = await sell({ stock: 1 })
      const first = await buys(saleId, "eve")
      const cancel = () => api("POST", `/v1/orders/${first.body.id}/cancellation`, { token: token("eve") })
      expect([(await cancel()).status, (await cancel()).status]).toEqual([200, 200])
      expect(await becomes(first.body.id, "eve", "cancelled")).toMatchObject({ cancelReason: "user" })
      await eventually(
        () => sale(saleId),
        ({ remaining }) => remaining === 1,
      )
      expect((await buys(saleId, "eve")).status).toBe(201)
      const retried = await buys(saleId, "eve", { key: first.key })
      expect([retried.status, retried.body.id]).toEqual([201, first.body.id])
      await eventually(
        () => sale(saleId),
        ({ held, remaining }) => held === 1 && remaining === 0,
      )
    })

    it("by staff says so", async () => {
      const saleId = await sell({ stock: 1 })
      const { body } = await buys(saleId, "fay")
      const cancelled = await api("POST", `/v1/orders/${body.id}/cancellation`, {
        token: token("joe", "staff"),
      })
      expect(cancelled.status).toBe(200)
      expect(await becomes(body.id, "fay", "cancelled")).toMatchObject({ cancelReason: "staff" })
    })
  })

  describe("the time to pay", () => {
    it("ends the order, and the cup is bought by another within 15 s; a late payment is given back", async () => {
      const { saleId, orderId, payBy, payment } = await timesOut(1)
      expect(await tries(saleId, "eve")).toBe("sold_out")
      const bought = await eventually(
        () => api("POST", `/v1/flash-sales/${saleId}/orders`, { token: token("eve"), body: { quantity: 1 } }),
        ({ status }) => status === 201,
        20_000,
      )
      expect(bought.status).toBe(201)
      expect(Date.now() - payBy).toBeLessThan(15_000)
      expect(await becomes(orderId, "dan", "cancelled")).toMatchObject({ cancelReason: "timeout" })
      await settles(payment.id, "paid")
      await becomes(orderId, "dan", "refunded")
      expect((await sale(saleId)).remaining).toBe(0)
    })

    it("passed, a late payment that finds a free cup pays the order after all", async () => {
      const { saleId, orderId, payment } = await timesOut(1)
      await becomes(orderId, "dan", "cancelled")
      await eventually(
        () => sale(saleId),
        ({ remaining }) => remaining === 1,
      )
      await settles(payment.id, "paid")
      await becomes(orderId, "dan", "paid")
      await eventually(
        () => sale(saleId),
        ({ held, sold, remaining }) => held === 0 && sold === 1 && remaining === 0,
      )
      expect(await tries(saleId, "eve")).toBe("sold_out")
    })
  })

  describe("a sale", () => {
    it("opens and ends by itself", async () => {
      const now = Date.now()
      const at = (ms: number) => new Date(now + ms).toISOString()
      const saleId = await sell({ startsAt: at(2_000), endsAt: at(5_000) })
      expect(await tries(saleId, "gus")).toBe("sale_not_open")
      await eventually(
        () => sale(saleId),
        ({ status }) => status === "open",
      )
      expect((await buys(saleId, "gus")).status).toBe(201)
      await eventually(
        () => sale(saleId),
        ({ status }) => status === "ended",
      )
      expect(await tries(saleId, "hal")).toBe("sale_not_open")
      const late = await api("PATCH", `/v1/flash-sales/${saleId}`, { token: admin(), body: { title: "x" } })
      expect([late.status, late.body.code]).toEqual([409, "invalid_state"])
    })

    it("pauses, resumes and closes", async () => {
      const saleId = await sell({})
      expect((await commands(saleId, "pause")).body).toMatchObject({ id: saleId, status: "paused" })
      expect(await tries(saleId, "hal")).toBe("sale_paused")
      expect((await commands(saleId, "resume")).body.status).toBe("open")
      expect((await buys(saleId, "hal")).status).toBe(201)
      expect((await commands(saleId, "close")).body.status).toBe("closed")
      expect(await tries(saleId, "ivy")).toBe("sale_not_open")
      expect((await commands(saleId, "resume")).body.code).toBe("invalid_state")
    })

    it("is stocked up and down, never below what is held", async () => {
      const saleId = await sell({ stock: 1 })
      await buys(saleId, "jim")
      expect(await tries(saleId, "kim")).toBe("sold_out")
      expect((await commands(saleId, "stock-adjustments", { delta: 1, reason: "beans" })).status).toBe(200)
      expect((await buys(saleId, "kim")).status).toBe(201)
      const below = await commands(saleId, "stock-adjustments", { delta: -1, reason: "spilt" })
      expect([below.status, below.body.code]).toEqual([409, "invalid_state"])
      await eventually(
        () => sale(saleId),
        ({ remaining, held, stock }) => remaining === 0 && held === 2 && stock === 2,
      )
    })

    it("is changed before its start in any field, then in its title and end only", async () => {
      const now = Date.now()
      const at = (ms: number) => new Date(now + ms).toISOString()
      const saleId = await sell({ startsAt: at(3_600_000), endsAt: at(7_200_000), stock: 5 })
      const change = (body: object) => api("PATCH", `/v1/flash-sales/${saleId}`, { token: admin(), body })
      expect((await change({ stock: 3, priceFen: 500, perUserLimit: 2 })).status).toBe(200)
      expect((await change({ startsAt: at(-1_000) })).body.status).toBe("open")
      const bought = await buys(saleId, "lea", { quantity: 2 })
      expect(bought.body.amountFen).toBe(1_000)
      expect((await change({ priceFen: 1 })).body.code).toBe("invalid_state")
      const { status, body } = await change({ title: "Last call", endsAt: at(8_000_000) })
      expect(status).toBe(200)
      const changed = (await api("GET", `/v1/flash-sales/${saleId}?after=${body.position}`)).body
      expect(changed).toMatchObject({ title: "Last call", remaining: 1, held: 2, stock: 3 })
    })

    it("shows one's own writes with ?after=", async () => {
      const saleId = await sell({})
      for (let n = 0; n < 10; n++) {
        const { body } = await buys(saleId, `ryw${n}`)
        const read = await api("GET", `/v1/orders/${body.id}?after=${body.position}`, {
          token: token(`ryw${n}`),
        })
        expect(read.status).toBe(200)
      }
    })
  })
}
