import { describe, it } from "vitest"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { given, permit, reserved, SALE_ID, START_MS, scheduled } from "../support/scenario.ts"

const LATE_MS = START_MS + 1_200_000
const at = new Date(LATE_MS).toISOString()
const ORDER = `${SALE_ID}-1`
const lateRequest = { requestId: `:late:${ORDER}`, userId: "ann", quantity: 2, payloadHash: "hash-2" }

const released: FlashSale.Event = {
  type: "ReservationReleased",
  data: { orderId: ORDER, requestId: "ann:k1", userId: "ann", quantity: 2, at },
}
const takenAgain: FlashSale.Event = {
  type: "StockReserved",
  data: { ...lateRequest, orderId: ORDER, unitPriceFen: 990, amountFen: 1_980, reservedAt: at, payBy: at },
}
const refused = (reason: FlashSale.PermitRefusal): FlashSale.Event => ({
  type: "PermitRefused",
  data: { ...lateRequest, reason },
})

describe("cups that are taken again for a late payment", () => {
  const takeLate = (sale: FlashSale.Sale) => FlashSale.takeLate(sale, ORDER, LATE_MS)
  const sold = reserved(permit("ann", 2), 1)

  it("come at the order's own price, and begin no second order", () =>
    given(scheduled({ stock: 2 }), sold, released)
      .when(takeLate)
      .then(takenAgain))
  it("that are still held are released in the same append", () =>
    given(scheduled({ stock: 2 }), sold)
      .when(takeLate)
      .then(released, takenAgain))
  it("are judged by capacity", () =>
    given(scheduled({ stock: 2 }), sold, released, reserved(permit("bob"), 3))
      .when(takeLate)
      .then(refused("sold_out")))
  it("are judged by the user's limit", () =>
    given(scheduled(), sold, released, reserved(permit("ann", 1, "k2"), 3))
      .when(takeLate)
      .then(refused("limit_exceeded")))
  it("are not judged by pause, close or window", () => {
    const closed: FlashSale.Event = {
      type: "FlashSaleClosed",
      data: { requestId: "x:c", payloadHash: "h", at },
    }
    given(scheduled(), sold, released, closed).when(takeLate).then(takenAgain)
  })
  it("are refused for good once they were refused", () =>
    given(scheduled(), sold, released, refused("sold_out")).when(takeLate).then())
  it("are not given back by a late release of the order's first cups", () =>
    given(scheduled(), sold, released, takenAgain)
      .when((sale) => FlashSale.release(sale, ORDER, LATE_MS))
      .then())
  it("belong to an order of this sale", () => given(scheduled()).when(takeLate).refuses("not_found"))
})
