import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Decision } from "../../src/domain/decision.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { contentOf, permit, SALE_ID, START_MS, scheduled } from "../support/scenario.ts"

type Action = (sale: FlashSale.Sale, n: number) => Decision<FlashSale.Event, string>

const asked = (n: number) => ({ requestId: `boss:${n}`, payloadHash: "h", nowMs: START_MS + n })
const user = fc.constantFrom("ann", "bob", "c\u00e9d", "d\u6771")
const orderId = fc.nat(40).map((revision) => `${SALE_ID}-${revision}`)
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.tuple(user, fc.integer({ min: 1, max: 3 })).map(
    ([name, units]): Action =>
      (sale, n) =>
        FlashSale.reserve(sale, permit(name, units, `k${n}`)),
  ),
  user.map(
    (name): Action =>
      (sale, n) =>
        FlashSale.expire(sale, permit(name, 1, `k${n}`)),
  ),
  orderId.map(
    (id): Action =>
      (sale, n) =>
        FlashSale.release(sale, id, START_MS + n),
  ),
  orderId.map(
    (id): Action =>
      (sale, n) =>
        FlashSale.takeLate(sale, id, START_MS + n),
  ),
  fc.constantFrom<Action[]>(
    (sale, n) => FlashSale.pause(sale, asked(n)),
    (sale, n) => FlashSale.resume(sale, asked(n)),
    (sale, n) => FlashSale.adjustStock(sale, { ...asked(n), delta: 2, reason: "more" }),
    (sale, n) => FlashSale.change(sale, { title: `sale ${n}` }, START_MS + n),
    (sale) => ({ ok: true, events: [FlashSale.openGate(sale)] }),
  ),
)

const fold = (sale: FlashSale.Sale, event: FlashSale.Event) =>
  FlashSale.evolve(sale, event, { revision: sale.revision + 1, position: BigInt(sale.revision + 2) * 7n })

function restore(sale: FlashSale.Fold, parts: readonly FlashSale.SnapshotPart[]): boolean {
  const restoring = FlashSale.restore(sale, parts)
  for (;;) {
    const { done, value } = restoring.next()
    if (done) return value
  }
}

/** As the log gives it back. */
const stored = (parts: Iterable<FlashSale.SnapshotPart>): FlashSale.SnapshotPart[] =>
  [...parts].map((part) => FlashSale.SnapshotPart.parse(JSON.parse(JSON.stringify(part))))

describe("a fold restored from snapshots", () => {
  it("is the fold of the stream, wherever they were taken", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(action, fc.boolean()), { minLength: 1, maxLength: 40 }), (steps) => {
        const sale = FlashSale.initial(SALE_ID)
        fold(sale, scheduled({ stock: 8, perUserLimit: 4 }))
        const restored = FlashSale.initial(SALE_ID)
        steps.forEach(([act, thenSnapshot], n) => {
          const decision = act(sale, n)
          if (decision.ok) for (const event of decision.events) fold(sale, event)
          if (thenSnapshot)
            expect(restore(restored, stored(FlashSale.snapshotOf(sale, restored.revision)))).toBe(true)
        })
        expect(restore(restored, stored(FlashSale.snapshotOf(sale, restored.revision)))).toBe(true)
        expect(contentOf(restored)).toEqual(contentOf(sale))
      }),
    )
  })

  it("is of the moment at which it was taken, though the fold goes on while its parts are made", () => {
    const sale = FlashSale.initial(SALE_ID)
    fold(sale, scheduled({ stock: 10_000 }))
    const reserve = (n: number) => {
      const decision = FlashSale.reserve(sale, permit(`user${n}`))
      if (decision.ok) fold(sale, decision.events[0]!)
    }
    for (let n = 0; n < 1_250; n++) reserve(n)
    const then = contentOf(sale)
    const parts: FlashSale.SnapshotPart[] = []
    for (const part of FlashSale.snapshotOf(sale, -1)) {
      parts.push(part)
      reserve(10_000 + parts.length)
      const released = FlashSale.release(sale, `${SALE_ID}-${parts.length * 500}`, START_MS)
      if (released.ok) fold(sale, released.events[0]!)
    }
    expect(parts).toHaveLength(3)
    const restored = FlashSale.initial(SALE_ID)
    expect(restore(restored, stored(parts))).toBe(true)
    expect(contentOf(restored)).toEqual(then)
  })

  it("is worth nothing when it contradicts itself", () => {
    const sale = FlashSale.initial(SALE_ID)
    fold(sale, scheduled())
    const [part] = stored(FlashSale.snapshotOf(sale, -1))
    expect(restore(FlashSale.initial(SALE_ID), [{ ...part!, state: { ...part!.state!, taken: 1 } }])).toBe(
      false,
    )
    expect(restore(FlashSale.initial(SALE_ID), [{ ...part!, state: null }])).toBe(false)
  })
})
