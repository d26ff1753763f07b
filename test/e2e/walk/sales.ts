import { beforeAll, describe, expect, it } from "vitest"
import { eventually } from "../../support/buyer.ts"
import { steps, type Walked } from "./steps.ts"

/** The life of sales over HTTP, as an admin goes through it. */
export function walkSales(walked: () => Walked): void {
  let on: ReturnType<typeof steps>
  beforeAll(() => {
    on = steps(walked())
  })

  describe("a sale", () => {
    it("opens and ends by itself", async () => {
      const now = Date.now()
      const at = (ms: number) => new Date(now + ms).toISOString()
      const saleId = await on.sell({ startsAt: at(2_000), endsAt: at(5_000) })
      expect(await on.tries(saleId, "gus")).toBe("sale_not_open")
      await eventually(
        () => on.sale(saleId),
        ({ status }) => status === "open",
      )
      expect((await on.buys(saleId, "gus")).status).toBe(201)
      await eventually(
        () => on.sale(saleId),
        ({ status }) => status === "ended",
      )
      expect(await on.tries(saleId, "hal")).toBe("sale_not_open")
      const late = await on.api("PATCH", `/v1/flash-sales/${saleId}`, {
        token: on.admin(),
        body: { title: "x" },
      })
      expect([late.status, late.body.code]).toEqual([409, "invalid_state"])
    })

    it("pauses, resumes and closes", async () => {
      const saleId = await on.sell({})
      expect((await on.commands(saleId, "pause")).body).toMatchObject({ id: saleId, status: "paused" })
      expect(await on.tries(saleId, "hal")).toBe("sale_paused")
      expect((await on.commands(saleId, "resume")).body.status).toBe("open")
      expect((await on.buys(saleId, "hal")).status).toBe(201)
      expect((await on.commands(saleId, "close")).body.status).toBe("closed")
      expect(await on.tries(saleId, "ivy")).toBe("sale_not_open")
      expect((await on.commands(saleId, "resume")).body.code).toBe("invalid_state")
    })

    it("is stocked up and down, never below what is held", async () => {
      const saleId = await on.sell({ stock: 1 })
      await on.buys(saleId, "jim")
      expect(await on.tries(saleId, "kim")).toBe("sold_out")
      expect((await on.commands(saleId, "stock-adjustments", { delta: 1, reason: "beans" })).status).toBe(200)
      expect((await on.buys(saleId, "kim")).status).toBe(201)
      const below = await on.commands(saleId, "stock-adjustments", { delta: -1, reason: "spilt" })
      expect([below.status, below.body.code]).toEqual([409, "invalid_state"])
      await eventually(
        () => on.sale(saleId),
        ({ remaining, held, stock }) => remaining === 0 && held === 2 && stock === 2,
      )
    })

    it("is changed before its start in any field, then in its title and end only", async () => {
      const now = Date.now()
      const at = (ms: number) => new Date(now + ms).toISOString()
      const saleId = await on.sell({ startsAt: at(3_600_000), endsAt: at(7_200_000), stock: 5 })
      const change = (body: object) =>
        on.api("PATCH", `/v1/flash-sales/${saleId}`, { token: on.admin(), body })
      expect((await change({ stock: 3, priceFen: 500, perUserLimit: 2 })).status).toBe(200)
      expect((await change({ startsAt: at(-1_000) })).body.status).toBe("open")
      const bought = await on.buys(saleId, "lea", { quantity: 2 })
      expect(bought.body.amountFen).toBe(1_000)
      expect((await change({ priceFen: 1 })).body.code).toBe("invalid_state")
      const { status, body } = await change({ title: "Last call", endsAt: at(8_000_000) })
      expect(status).toBe(200)
      const changed = (await on.api("GET", `/v1/flash-sales/${saleId}?after=${body.position}`)).body
      expect(changed).toMatchObject({ title: "Last call", remaining: 1, held: 2, stock: 3 })
    })

    it("shows one's own writes with ?after=", async () => {
      const saleId = await on.sell({})
      for (let n = 0; n < 10; n++) {
        const { body } = await on.buys(saleId, `ryw${n}`)
        const read = await on.api("GET", `/v1/orders/${body.id}?after=${body.position}`, {
          token: on.token(`ryw${n}`),
        })
        expect(read.status).toBe(200)
      }
    })
  })
}
