import { describe, expect, it } from "vitest"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import {
  END_MS,
  given,
  permit,
  reserved,
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
