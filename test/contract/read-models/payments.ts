import { describe, expect, test } from "vitest"
import * as payments from "../../../src/projections/payments.ts"
import * as refunds from "../../../src/projections/refunds.ts"
import { lifeOf, type Told } from "../../support/order-life.ts"
import type { ReadModels } from "../../support/read-side.ts"
import { SALE_ID, START_MS } from "../../support/scenario.ts"
import { afterEvents } from "./told.ts"

const ann = lifeOf(SALE_ID, 1, "ann", 2)
const AT_MS = START_MS + 1_000

const cases: Record<string, { told: readonly Told[]; status: string }> = {
  opened: { told: [], status: "pending" },
  captured: { told: [ann.captured()], status: "captured" },
  failed: { told: [ann.failed()], status: "failed" },
  "failed and captured after it": { told: [ann.failed(), ann.captured()], status: "captured" },
  "on its way back": { told: [ann.captured(), ann.refundRequested()], status: "refunding" },
  "its refund tried once": {
    told: [ann.captured(), ann.refundRequested(), ann.refundFailed(1, 1, AT_MS + 1_000)],
    status: "refunding",
  },
  refunded: { told: [ann.captured(), ann.refundRequested(), ann.refundSucceeded()], status: "refunded" },
  "captured twice, one of them given back": {
    told: [
      ann.captured(1, 1),
      ann.captured(1, 2),
      ann.refundRequested(1, "duplicate"),
      ann.refundSucceeded(),
    ],
    status: "captured",
  },
}

/** How a payment stands, and which refunds are to be made. */
export function paymentsContract(world: () => ReadModels): void {
  describe("a payment", () => {
    test.each(Object.entries(cases))("%s", async (_name, { told, status }) => {
      const found = await afterEvents(world(), [ann.opened(), ...told], ({ db }) =>
        payments.byId(db, ann.paymentId()),
      )
      expect(found).toEqual({
        ...{
          id: ann.paymentId(),
          orderId: ann.orderId,
          userId: "ann",
          amountFen: 1_980,
          method: "simulator",
        },
        ...{ status, createdAt: new Date(AT_MS).toISOString() },
      })
    })

    test("that was never opened is none", async () => {
      expect(await payments.byId(world().db, ann.paymentId())).toBe(null)
    })
  })

  describe("a refund", () => {
    const requested = [ann.opened(), ann.captured(), ann.refundRequested()]
    const dueAt = (told: readonly Told[], ...times: number[]) =>
      afterEvents(world(), told, async ({ db }) => {
        const due: number[] = []
        for (const nowMs of times) due.push((await refunds.due(db, nowMs, 10)).length)
        return due
      })

    test("is due as soon as it is asked for, by any clock", async () => {
      const [due] = await afterEvents(world(), requested, ({ db }) => refunds.due(db, AT_MS, 10))
      expect(due).toEqual({
        ...{ refundId: ann.refundId(), paymentId: ann.paymentId(), transactionId: "t-1", amountFen: 1_980 },
      })
      expect(await dueAt(requested, AT_MS - 300_000)).toEqual([1])
    })

    test("that failed waits for its next time", async () => {
      const told = [...requested, ann.refundFailed(1, 1, AT_MS + 5_000)]
      expect(await dueAt(told, AT_MS + 4_999, AT_MS + 5_000)).toEqual([0, 1])
    })

    test("that failed and was made is never due again", async () => {
      const told = [...requested, ann.refundFailed(1, 1, AT_MS), ann.refundSucceeded()]
      expect(await dueAt(told, AT_MS * 2)).toEqual([0])
    })

    test("that is parked keeps what a person needs to know", async () => {
      const told = [...requested, ann.refundFailed(1, 20, null)]
      expect(await dueAt(told, AT_MS * 2)).toEqual([0])
      expect(await world().db.selectFrom("refunds").selectAll().execute()).toEqual([
        {
          ...{
            id: ann.refundId(),
            payment_id: ann.paymentId(),
            order_id: ann.orderId,
            transaction_id: "t-1",
          },
          ...{ amount_fen: 1_980, reason: "late", status: "parked", attempts: 20 },
          ...{ retry_at_ms: null, created_at_ms: AT_MS },
        },
      ])
    })

    test("the longest due come first, and no more than asked for", async () => {
      const lives = [1, 2, 3].map((revision) => lifeOf(SALE_ID, revision, "u"))
      const told = lives.toReversed().flatMap((life) => [life.opened(), life.refundRequested()])
      const due = await afterEvents(world(), told, ({ db }) => refunds.due(db, AT_MS + 60_000, 2))
      expect(due.map(({ refundId }) => refundId)).toEqual([lives[0]!.refundId(), lives[1]!.refundId()])
    })
  })
}
