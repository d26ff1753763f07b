import { beforeAll, describe, expect, it } from "vitest"
import { eventually } from "../../support/buyer.ts"
import { steps, type Walked } from "./steps.ts"

/** The life of orders over HTTP, as a user of the API goes through it. */
export function walkOrders(walked: () => Walked): void {
  let on: ReturnType<typeof steps>
  beforeAll(() => {
    on = steps(walked())
  })

  describe("paying", () => {
    it("pays an order once, and gives back what was paid twice", async () => {
      const saleId = await on.sell({ stock: 5, priceFen: 1_990 })
      const { body } = await on.buys(saleId, "ann")
      expect(body).toMatchObject({ amountFen: 1_990, status: "pending_payment", quantity: 1 })
      const payment = await on.opens(body.id, "ann")
      expect(payment.amountFen).toBe(1_990)
      await on.settles(payment.id, "paid_twice")
      await on.becomes(body.id, "ann", "paid")
      await eventually(
        () => on.sale(saleId),
        ({ held, sold, remaining }) => held === 0 && sold === 1 && remaining === 4,
      )
      const paid = await eventually(
        async () => (await on.api("GET", `/v1/payments/${payment.id}`, { token: on.token("ann") })).body,
        ({ status }) => status !== "pending" && status !== "refunding",
      )
      expect(["captured", "refunded"]).toContain(paid.status)
      const refused = await on.api("POST", `/v1/orders/${body.id}/cancellation`, { token: on.token("ann") })
      expect([refused.status, refused.body.code]).toEqual([409, "invalid_state"])
      const notified = await eventually(
        async () => (await on.api("GET", "/v1/notifications", { token: on.token("ann") })).body.items,
        (items) => items.length > 0,
      )
      expect(notified[0]).toMatchObject({ orderId: body.id })
    })

    it("does not take a wrong amount, and takes another payment after it", async () => {
      const saleId = await on.sell({ stock: 5 })
      const { body } = await on.buys(saleId, "bob")
      await on.settles((await on.opens(body.id, "bob")).id, "wrong_amount")
      await on.settles((await on.opens(body.id, "bob")).id, "failed")
      const right = await on.opens(body.id, "bob")
      await on.becomes(body.id, "bob", "pending_payment")
      await on.settles(right.id, "paid")
      await on.becomes(body.id, "bob", "paid")
    })

    it("is nobody's business but the buyer's", async () => {
      const saleId = await on.sell({ stock: 5 })
      const { body } = await on.buys(saleId, "cat")
      const asked = await on.api("POST", `/v1/orders/${body.id}/payments`, {
        token: on.token("stranger"),
        body: { method: "simulator" },
      })
      expect(asked.status).toBe(404)
      const unknown = `${saleId}-999999`
      const missing = await on.api("POST", `/v1/orders/${unknown}/payments`, {
        token: on.token("cat"),
        body: { method: "simulator" },
      })
      expect(missing.status).toBe(404)
    })
  })

  describe("cancelling", () => {
    it("gives the cup back once, and remembers the first request", async () => {
      const saleId = await on.sell({ stock: 1 })
      const first = await on.buys(saleId, "eve")
      const cancel = () =>
        on.api("POST", `/v1/orders/${first.body.id}/cancellation`, { token: on.token("eve") })
      expect([(await cancel()).status, (await cancel()).status]).toEqual([200, 200])
      expect(await on.becomes(first.body.id, "eve", "cancelled")).toMatchObject({ cancelReason: "user" })
      await eventually(
        () => on.sale(saleId),
        ({ remaining }) => remaining === 1,
      )
      expect((await on.buys(saleId, "eve")).status).toBe(201)
      const retried = await on.buys(saleId, "eve", { key: first.key })
      expect([retried.status, retried.body.id]).toEqual([201, first.body.id])
      await eventually(
        () => on.sale(saleId),
        ({ held, remaining }) => held === 1 && remaining === 0,
      )
    })

    it("by staff says so", async () => {
      const saleId = await on.sell({ stock: 1 })
      const { body } = await on.buys(saleId, "fay")
      const cancelled = await on.api("POST", `/v1/orders/${body.id}/cancellation`, {
        token: on.token("joe", "staff"),
      })
      expect(cancelled.status).toBe(200)
      expect(await on.becomes(body.id, "fay", "cancelled")).toMatchObject({ cancelReason: "staff" })
    })
  })

  describe("the time to pay", () => {
    it("ends the order, and the cup is bought by another within 15 s; a late payment is given back", async () => {
      const { saleId, orderId, payBy, payment } = await on.timesOut(1)
      expect(await on.tries(saleId, "eve")).toBe("sold_out")
      const bought = await eventually(
        () =>
          on.api("POST", `/v1/flash-sales/${saleId}/orders`, {
            token: on.token("eve"),
            body: { quantity: 1 },
          }),
        ({ status }) => status === 201,
        20_000,
      )
      expect(bought.status).toBe(201)
      expect(Date.now() - payBy).toBeLessThan(15_000)
      expect(await on.becomes(orderId, "dan", "cancelled")).toMatchObject({ cancelReason: "timeout" })
      await on.settles(payment.id, "paid")
      await on.becomes(orderId, "dan", "refunded")
      await eventually(
        () => on.sale(saleId),
        ({ remaining }) => remaining === 0,
      )
    })

    it("passed, a late payment that finds a free cup pays the order after all", async () => {
      const { saleId, orderId, payment } = await on.timesOut(1)
      await on.becomes(orderId, "dan", "cancelled")
      await eventually(
        () => on.sale(saleId),
        ({ remaining }) => remaining === 1,
      )
      await on.settles(payment.id, "paid")
      await on.becomes(orderId, "dan", "paid")
      await eventually(
        () => on.sale(saleId),
        ({ held, sold, remaining }) => held === 0 && sold === 1 && remaining === 0,
      )
      expect(await on.tries(saleId, "eve")).toBe("sold_out")
    })
  })
}
