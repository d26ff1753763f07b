import { describe, expect, it } from "vitest"
import { type GateWorld, HOUR, openSale, requestOf, reserve, stockOf, times } from "./world.ts"

export function reserveContract(world: () => GateWorld): void {
  describe("reserve", () => {
    it("grants a cup and says when", async () => {
      const saleId = await openSale(world())
      const before = Math.floor(world().now())
      const reply = await world().gate.reserve(saleId, requestOf("ann", "1", { quantity: 2 }))
      expect(reply).toMatchObject({ kind: "granted", epoch: 1, rev: 10, stock: 8 })
      const { grantedAtMs } = reply as { grantedAtMs: number }
      expect(grantedAtMs).toBeGreaterThanOrEqual(before)
      expect(grantedAtMs).toBeLessThanOrEqual(world().now())
      expect(await stockOf(world(), saleId)).toEqual({ rev: 10, stock: 8, permits: 1, pendingUnits: 2 })
    })

    it("answers a retry after a lost reply with the permit that the first try got, and takes nothing", async () => {
      const saleId = await openSale(world())
      const request = requestOf("ann", 'odd:key "1" ~', { quantity: 3, payloadHash: "a:b" })
      const granted = await world().gate.reserve(saleId, request)
      const { grantedAtMs } = granted as { grantedAtMs: number }
      for (let again = 0; again < 3; again++) {
        expect(await world().gate.reserve(saleId, request)).toEqual({
          ...{ kind: "pending", epoch: 1, rev: 10, stock: 7 },
          permit: { ...request, grantedAtMs },
        })
      }
      expect(await stockOf(world(), saleId)).toMatchObject({ stock: 7, permits: 1, pendingUnits: 3 })
    })

    it("refuses the same request id with another payload, and takes nothing", async () => {
      const saleId = await openSale(world())
      await reserve(world(), saleId, "ann", "1")
      const other = requestOf("ann", "1", { quantity: 2, payloadHash: "hash-of-two" })
      expect(await world().gate.reserve(saleId, other)).toEqual({
        kind: "request_conflict",
        ...{ epoch: 1, rev: 10, stock: 9 },
      })
      expect(await stockOf(world(), saleId)).toMatchObject({ stock: 9, permits: 1 })
    })

    it("answers for a permit under way whatever has become of the sale", async () => {
      const saleId = await openSale(world(), { stock: 1, perUserLimit: 1 })
      await reserve(world(), saleId, "ann", "1")
      await world().gate.apply(saleId, 11, [{ kind: "paused" }, { kind: "closed" }])
      expect(await reserve(world(), saleId, "ann", "1")).toBe("pending")
      expect(await reserve(world(), saleId, "ann", "1", { payloadHash: "other" })).toBe("request_conflict")
    })

    it("sells from the start until the end", async () => {
      const startsAtMs = world().now() + HOUR
      const saleId = await openSale(world(), { startsAtMs, endsAtMs: startsAtMs + HOUR })
      expect(await reserve(world(), saleId, "ann", "1")).toBe("sale_not_open")
      await world().forward(saleId, 1.5 * HOUR)
      expect(await reserve(world(), saleId, "ann", "1")).toBe("granted")
      await world().forward(saleId, HOUR)
      expect(await reserve(world(), saleId, "ann", "2")).toBe("sale_not_open")
    })

    it("checks in order: open, paused, quantity, limit, stock", async () => {
      const faults = { quantity: 0, payloadHash: "h" }
      const endsAtMs = world().now() - HOUR
      const over = await openSale(world(), { endsAtMs, paused: true })
      expect(await reserve(world(), over, "ann", "1", faults)).toBe("sale_not_open")
      const closed = await openSale(world(), { closed: true, paused: true })
      expect(await reserve(world(), closed, "ann", "1", faults)).toBe("sale_not_open")
      const paused = await openSale(world(), { paused: true })
      expect(await reserve(world(), paused, "ann", "1", faults)).toBe("sale_paused")
      const empty = await openSale(world(), { stock: 0, orderMax: 8 })
      expect(await reserve(world(), empty, "ann", "1", { quantity: 9 })).toBe("invalid_quantity")
      expect(await reserve(world(), empty, "ann", "1", { quantity: 6 })).toBe("limit_exceeded")
      expect(await reserve(world(), empty, "ann", "1", { quantity: 5 })).toBe("sold_out")
    })

    it.each([0, -5, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1_001])(
      "refuses %d cups",
      async (quantity) => {
        const saleId = await openSale(world(), { perUserLimit: 5_000, stock: 5_000 })
        expect(await reserve(world(), saleId, "ann", "1", { quantity })).toBe("invalid_quantity")
        expect(await stockOf(world(), saleId)).toMatchObject({ stock: 5_000, permits: 0 })
      },
    )

    it("keeps a user's limit from the first purchase on, counting what the log knew already", async () => {
      const saleId = await openSale(world(), { perUserLimit: 2, users: new Map([["bob", 1]]) })
      expect(await reserve(world(), saleId, "ann", "1", { quantity: 3 })).toBe("limit_exceeded")
      expect(await reserve(world(), saleId, "ann", "2", { quantity: 2 })).toBe("granted")
      expect(await reserve(world(), saleId, "ann", "3")).toBe("limit_exceeded")
      expect(await reserve(world(), saleId, "bob", "1", { quantity: 2 })).toBe("limit_exceeded")
      expect(await reserve(world(), saleId, "bob", "1")).toBe("granted")
      expect(await stockOf(world(), saleId)).toMatchObject({ stock: 7, permits: 2 })
    })

    it("says with sold_out whether permits are under way", async () => {
      const saleId = await openSale(world(), { stock: 1 })
      await reserve(world(), saleId, "ann", "1")
      const pending = { kind: "sold_out", epoch: 1, rev: 10, stock: 0, permitsPending: true }
      expect(await world().gate.reserve(saleId, requestOf("bob", "1"))).toEqual(pending)
      const ann = { kind: "reserved", requestId: "ann:1", userId: "ann", quantity: 1 } as const
      await world().gate.apply(saleId, 11, [ann])
      const final = { kind: "sold_out", epoch: 1, rev: 11, stock: 0, permitsPending: false }
      expect(await world().gate.reserve(saleId, requestOf("bob", "1"))).toEqual(final)
    })
  })

  describe("reserve after a sold_out that may be remembered", () => {
    const oneMore = [{ kind: "adjusted", delta: 1 }] as const
    const soldOut = async (changes = {}) => {
      const saleId = await openSale(world(), { stock: 0, ...changes })
      expect(await reserve(world(), saleId, "ann", "1")).toBe("sold_out")
      return saleId
    }

    it("grants nothing until every memory of it is over", async () => {
      const saleId = await soldOut()
      await world().gate.apply(saleId, 11, oneMore)
      const reply = await world().gate.reserve(saleId, requestOf("bob", "1"))
      expect(reply).toMatchObject({ kind: "wait", epoch: 1, rev: 11, stock: 1 })
      const { waitMs } = reply as { waitMs: number }
      expect(waitMs).toBeLessThanOrEqual(times.soldOutMemoryMs)
      expect(waitMs).toBeGreaterThan(times.soldOutMemoryMs / 2)
      await world().forward(saleId, waitMs)
      expect(await reserve(world(), saleId, "bob", "1")).toBe("granted")
    })

    it("does not prolong the wait while stock is free, but does with each further one", async () => {
      const saleId = await soldOut()
      await world().forward(saleId, times.soldOutMemoryMs / 2)
      expect(await reserve(world(), saleId, "ann", "1")).toBe("sold_out")
      await world().gate.apply(saleId, 11, oneMore)
      await world().forward(saleId, times.soldOutMemoryMs / 2)
      expect(await reserve(world(), saleId, "ann", "1")).toBe("wait")
      await world().forward(saleId, times.soldOutMemoryMs / 2)
      expect(await reserve(world(), saleId, "ann", "1")).toBe("granted")
    })

    it("grants at once where none could be remembered: some left, permits under way, stock below zero", async () => {
      const someLeft = await openSale(world(), { stock: 1 })
      expect(await reserve(world(), someLeft, "ann", "1", { quantity: 2 })).toBe("sold_out")
      expect(await reserve(world(), someLeft, "ann", "2")).toBe("granted")
      expect(await reserve(world(), someLeft, "bob", "1")).toBe("sold_out")
      await world().gate.apply(someLeft, 11, oneMore)
      expect(await reserve(world(), someLeft, "bob", "1")).toBe("granted")
      const below = await soldOut({ stock: -1 })
      await world().gate.apply(below, 11, [{ kind: "adjusted", delta: 2 }])
      expect(await reserve(world(), below, "bob", "1")).toBe("granted")
    })

    it("waits T at most when the clock has stepped back", async () => {
      const saleId = await soldOut()
      await world().gate.apply(saleId, 11, oneMore)
      await world().forward(saleId, -2 * HOUR)
      expect(await reserve(world(), saleId, "bob", "1")).toBe("sale_not_open")
      const window = { perUserLimit: 5, startsAtMs: 0, endsAtMs: world().now() + HOUR }
      await world().gate.apply(saleId, 12, [{ kind: "changed", stockDelta: 0, ...window }])
      expect(await reserve(world(), saleId, "bob", "1")).toBe("wait")
      await world().forward(saleId, times.soldOutMemoryMs)
      expect(await reserve(world(), saleId, "bob", "1")).toBe("granted")
    })
  })
}
