import fc from "fast-check"
import { v5 } from "uuid"
import { describe, expect, it } from "vitest"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import * as Order from "../../src/domain/order.ts"
import { derivedId, derivedIds } from "../../src/reactors/derived-ids.ts"
import { placeOrders } from "../../src/reactors/place-orders.ts"
import { createMemoryLog } from "../support/memory-log.ts"
import { permit, reserved, SALE_ID } from "../support/scenario.ts"
import { createVirtualClock } from "../support/virtual-clock.ts"

describe("what a reactor makes of an event", () => {
  it("has the same ids each time, and others for another event or purpose", () => {
    const [first, again] = [derivedIds("cause", "why"), derivedIds("cause", "why")]
    expect([first(), first()]).toEqual([again(), again()])
    const ids = [derivedId("a", "x"), derivedId("a", "y"), derivedId("b", "x"), derivedIds("a", "x")()]
    expect(new Set(ids).size).toBe(4)
  })

  it("has ids as RFC 9562 derives them from names", () => {
    const namespace = "c0a3a7a1-4a53-4d0c-8d0e-6b8e2f1d9a55"
    const isSame = (cause: string, why: string) => derivedId(cause, why) === v5(`${cause}/${why}`, namespace)
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.string(), isSame))
  })

  it("is recognised by the log when it comes from another process", async () => {
    const { data, type } = reserved(permit("ann"), 1)
    const cause = {
      id: "6f9619ff-8b86-4011-b42d-00cf4fc964ff",
      stream: FlashSale.streamOf(SALE_ID),
      ...{ revision: 1n, position: 10n, recordedAtMs: 0, type, data, metadata: {} },
    }
    const clock = createVirtualClock(0)
    const logs = [createMemoryLog(), createMemoryLog()]
    for (const store of logs) await placeOrders({ store, clock }).react(cause)
    const [one, other] = logs.map(({ all }) => all.map(({ id, stream }) => [id, stream]))
    expect(one).toEqual(other)
    expect(one).toEqual([[expect.any(String), Order.streamOf(`${SALE_ID}-1`)]])
  })
})
