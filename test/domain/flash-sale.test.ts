import { describe, expect, it } from "vitest"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import {
  END_MS,
  given,
  permit,
  refused,
  reserved,
  SALE_ID,
  START_MS,
  saleAfter,
  scheduled,
  terms,
} from "../support/scenario.ts"

const DURING = START_MS + 60_000
const BEFORE = START_MS - 30_000
const at = (ms: number) => new Date(ms).toISOString()
const asked = (key: string, nowMs = DURING) => ({ requestId: `boss:${key}`, payloadHash: "h", nowMs })
const record = (key: string, nowMs = DURING) => ({
  requestId: `boss:${key}`,
  payloadHash: "h",
  at: at(nowMs),
})
const paused: FlashSale.Event = { type: "FlashSalePaused", data: record("p") }
const closed: FlashSale.Event = { type: "FlashSaleClosed", data: record("c") }

describe("scheduling", () => {
  it("records the terms", () =>
    given()
      .when((sale) => FlashSale.schedule(sale, { ...terms, nowMs: START_MS - 60_000 }))
      .then(scheduled()))
  it("wants an end after the start", () =>
    given()
      .when((sale) => FlashSale.schedule(sale, { ...terms, endsAt: terms.startsAt, nowMs: BEFORE }))
      .refuses("ends_before_start"))
})

describe("reserving", () => {
  const reserve = (wanted: FlashSale.Permit) => (sale: FlashSale.Sale) => FlashSale.reserve(sale, wanted)

  it("sells at the price and with the payment window of the sale", () =>
    given(scheduled())
      .when(reserve(permit("ann", 2)))
      .then(reserved(permit("ann", 2), 1)))
  it("refuses more than the limit, on the first purchase too", () =>
    given(scheduled())
      .when(reserve(permit("ann", 3)))
      .then(refused(permit("ann", 3), "limit_exceeded")))
  it("counts what the user has already", () =>
    given(scheduled(), reserved(permit("ann", 2), 1))
      .when(reserve(permit("ann", 1, "k2")))
      .then(refused(permit("ann", 1, "k2"), "limit_exceeded")))
  it("refuses what is not there", () =>
    given(scheduled({ stock: 1 }))
      .when(reserve(permit("ann", 2)))
      .then(refused(permit("ann", 2), "sold_out")))
  it("judges the window by the permit's instant", () => {
    for (const grantedAtMs of [START_MS - 1, END_MS]) {
      const early = { ...permit("ann"), grantedAtMs }
      given(scheduled()).when(reserve(early)).then(refused(early, "sale_not_open"))
    }
  })
  it("refuses while paused and after the close", () => {
    given(scheduled(), paused)
      .when(reserve(permit("ann")))
      .then(refused(permit("ann"), "sale_paused"))
    given(scheduled(), closed)
      .when(reserve(permit("ann")))
      .then(refused(permit("ann"), "sale_not_open"))
  })
  it("gives a request one outcome, also after its cup came back", () => {
    const released = saleAfter(scheduled(), reserved(permit("ann"), 1))
    const release = FlashSale.release(released, `${SALE_ID}-1`, DURING)
    given(scheduled(), reserved(permit("ann"), 1), ...(release.ok ? release.events : []))
      .when(reserve(permit("ann")))
      .then()
  })
  it("refuses the same key with another body", () =>
    given(scheduled(), reserved(permit("ann"), 1))
      .when(reserve(permit("ann", 2)))
      .refuses("request_conflict"))
  it("never takes a permit of no cups for one", () => {
    for (const units of [0, -5, 1.5])
      expect(() => FlashSale.reserve(saleAfter(scheduled()), permit("ann", units))).toThrow(RangeError)
  })
})

describe("ending a permit that nobody finished", () => {
  it("refuses it for good", () =>
    given(scheduled())
      .when((sale) => FlashSale.expire(sale, permit("ann")))
      .then(refused(permit("ann"), "expired")))
  it("makes a late reservation lose", () =>
    given(scheduled(), refused(permit("ann"), "expired"))
      .when((sale) => FlashSale.reserve(sale, permit("ann")))
      .then())
  it("leaves an order alone", () =>
    given(scheduled(), reserved(permit("ann"), 1))
      .when((sale) => FlashSale.expire(sale, permit("ann")))
      .then())
})

describe("releasing", () => {
  it("gives the cups and the user's count back once", () => {
    given(scheduled(), reserved(permit("ann", 2), 1))
      .when((sale) => FlashSale.release(sale, `${SALE_ID}-1`, DURING))
      .then({
        type: "ReservationReleased",
        data: { orderId: `${SALE_ID}-1`, requestId: "ann:k1", userId: "ann", quantity: 2, at: at(DURING) },
      })
  })
  it("knows only the sale's own orders", () =>
    given(scheduled())
      .when((sale) => FlashSale.release(sale, `${SALE_ID}-1`, DURING))
      .refuses("not_found"))
})

describe("changing", () => {
  const change = (changes: Partial<FlashSale.Terms>, nowMs: number) => (sale: FlashSale.Sale) =>
    FlashSale.change(sale, changes, nowMs)
  const changed = (changes: Partial<FlashSale.Terms>, nowMs: number, stockDelta = 0): FlashSale.Event => ({
    type: "FlashSaleChanged",
    data: { ...terms, ...changes, stockDelta, at: at(nowMs) },
  })

  it("takes any field before the start, and moves the stock by the difference", () =>
    given(scheduled())
      .when(change({ stock: 4, priceFen: 500 }, BEFORE))
      .then(changed({ stock: 4, priceFen: 500 }, BEFORE, -6)))
  it("takes the title and a later end after it", () => {
    const later = { title: "Last call", endsAt: at(END_MS + 1_000) }
    given(scheduled()).when(change(later, DURING)).then(changed(later, DURING))
  })
  it("refuses the rest after it", () => {
    given(scheduled())
      .when(change({ priceFen: 1 }, DURING))
      .refuses("invalid_state")
    given(scheduled())
      .when(change({ endsAt: at(END_MS - 1) }, DURING))
      .refuses("invalid_state")
  })
  it("records nothing where nothing changes", () =>
    given(scheduled())
      .when(change({ priceFen: 990 }, DURING))
      .then())
  it("refuses everything once it is over", () => {
    given(scheduled())
      .when(change({ title: "x" }, END_MS))
      .refuses("invalid_state")
    given(scheduled(), closed)
      .when(change({ title: "x" }, DURING))
      .refuses("invalid_state")
  })
})

describe("pausing, resuming and closing", () => {
  it("is recorded once a request", () => {
    given(scheduled())
      .when((sale) => FlashSale.pause(sale, asked("p")))
      .then(paused)
    given(scheduled(), paused)
      .when((sale) => FlashSale.resume(sale, asked("r")))
      .then({ type: "FlashSaleResumed", data: record("r") })
    given(scheduled())
      .when((sale) => FlashSale.close(sale, asked("c")))
      .then(closed)
  })
  it("knows a request again after others came in between", () => {
    const resumed: FlashSale.Event = { type: "FlashSaleResumed", data: record("r") }
    given(scheduled(), paused, resumed)
      .when((sale) => FlashSale.pause(sale, asked("p")))
      .then()
  })
  it("scopes a key to its route", () =>
    given(scheduled(), paused)
      .when((sale) => FlashSale.resume(sale, asked("p")))
      .then({ type: "FlashSaleResumed", data: record("p") }))
  it("refuses to pause what is over", () =>
    given(scheduled(), closed)
      .when((sale) => FlashSale.pause(sale, asked("p")))
      .refuses("invalid_state"))
  it("remembers the last hundred", () => {
    const events = Array.from(
      { length: 101 },
      (_, n): FlashSale.Event => ({
        type: "FlashSalePaused",
        data: record(`p${n}`),
      }),
    )
    const sale = saleAfter(scheduled(), ...events)
    expect(sale.remembered.size).toBe(100)
    expect(sale.remembered.has(FlashSale.rememberedAs("FlashSalePaused", "boss:p0"))).toBe(false)
  })
})

describe("adjusting the stock", () => {
  const adjust =
    (delta: number, nowMs = DURING) =>
    (sale: FlashSale.Sale) =>
      FlashSale.adjustStock(sale, { ...asked("a", nowMs), delta, reason: "beans" })

  it("adds and withdraws", () =>
    given(scheduled())
      .when(adjust(-10))
      .then({ type: "StockAdjusted", data: { ...record("a"), delta: -10, reason: "beans" } }))
  it("never goes below what is held and sold", () =>
    given(scheduled(), reserved(permit("ann", 2), 1))
      .when(adjust(-9))
      .refuses("invalid_state"))
  it("never goes above the largest stock", () =>
    given(scheduled()).when(adjust(FlashSale.STOCK_MAX_UNITS)).refuses("invalid_state"))
  it("ends with the sale", () => given(scheduled()).when(adjust(1, END_MS)).refuses("invalid_state"))
})

describe("a draft", () => {
  it("sees its own changes and leaves no trace", () => {
    const sale = saleAfter(scheduled({ stock: 1 }))
    const draft = FlashSale.draftOf(sale)
    FlashSale.evolve(draft, reserved(permit("ann"), 1), { revision: 1, position: 1n })
    expect(FlashSale.reserve(draft, permit("bob"))).toEqual({
      ok: true,
      events: [refused(permit("bob"), "sold_out")],
    })
    expect(sale).toEqual(saleAfter(scheduled({ stock: 1 })))
  })
})
