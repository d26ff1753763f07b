import { describe, expect, it } from "vitest"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import {
  contentOf,
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

describe("a draft", () => {
  it("sees its own changes and leaves no trace", () => {
    const sale = saleAfter(scheduled({ stock: 1 }))
    const draft = FlashSale.draftOf(sale)
    FlashSale.evolve(draft, reserved(permit("ann"), 1), { revision: 1, position: 1n })
    expect(FlashSale.reserve(draft, permit("bob"))).toEqual({
      ok: true,
      events: [refused(permit("bob"), "sold_out")],
    })
    expect(contentOf(sale)).toEqual(contentOf(saleAfter(scheduled({ stock: 1 }))))
  })
})
