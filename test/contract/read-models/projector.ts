import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { SubscriptionMessage } from "../../../src/commands/ports/event-store.ts"
import * as FlashSale from "../../../src/domain/flash-sale.ts"
import { readCheckpoint } from "../../../src/projections/checkpoint.ts"
import type { Follower } from "../../../src/projections/follower.ts"
import { READ_MODELS } from "../../../src/projections/projector.ts"
import { dump, type ReadModels, record, startReadSide } from "../../support/read-side.ts"
import { permit, reserved, SALE_ID, scheduled } from "../../support/scenario.ts"

const stream = FlashSale.streamOf(SALE_ID)

/** What the projector does to tables, whatever holds them. */
export function projectorContract(world: () => ReadModels): void {
  describe("the projector", () => {
    let side: Awaited<ReturnType<typeof startReadSide>>
    const projectors: Follower[] = []
    const project = (...args: Parameters<typeof side.project>) => {
      const projector = side.project(...args)
      projectors.push(projector)
      return projector
    }
    beforeEach(async () => {
      side = await startReadSide({ models: world() })
    })
    afterEach(async () => {
      await Promise.all(projectors.splice(0).map((projector) => projector.stop()))
      await side.close()
    })

    const orders = (from: number, count: number) =>
      Array.from({ length: count }, (_, at) => reserved(permit(`u${from + at}`), from + at))
    const adjusted = (n: number) => ({
      type: "StockAdjusted",
      data: {
        ...{ requestId: `boss:${n}`, payloadHash: "h", at: "2026-06-01T09:00:00.000Z" },
        ...{ delta: 1, reason: "more beans" },
      },
    })
    const held = async () => (await side.db.selectFrom("flash_sales").select("held").executeTakeFirst())?.held
    const counted = async () => (await side.db.selectFrom("orders").select("id").execute()).length

    test("applies what is there and what comes, and says when it has caught up", async () => {
      await record(side.log, stream, scheduled(), ...orders(1, 1))
      const projector = project()
      await expect.poll(() => projector.caughtUp()).toBe(true)
      const position = await record(side.log, stream, ...orders(2, 1))
      expect(await side.watch.waitFor(position, 5_000)).toBe(true)
      expect([await held(), await counted(), await readCheckpoint(side.db, READ_MODELS)]).toEqual([
        2,
        2,
        position,
      ])
    })

    test("more events than a batch holds", async () => {
      const position = await record(side.log, stream, scheduled(), ...orders(1, 1_234))
      project()
      expect(await side.watch.waitFor(position, 10_000)).toBe(true)
      expect([await held(), await counted()]).toEqual([1_234, 1_234])
    })

    test("goes on from the checkpoint: nothing is applied twice", async () => {
      const position = await record(side.log, stream, scheduled(), ...orders(1, 3))
      const first = project()
      await side.watch.waitFor(position, 5_000)
      await first.stop()
      const later = await record(side.log, stream, ...orders(4, 1))
      project()
      expect(await side.watch.waitFor(later, 5_000)).toBe(true)
      expect([await held(), await counted(), side.failures]).toEqual([4, 4, []])
    })

    test("what is delivered again is skipped", async () => {
      await record(side.log, stream, scheduled(), ...orders(1, 3))
      const again = { ...side.log, subscribeAll: () => twice() }
      async function* twice(): AsyncGenerator<SubscriptionMessage> {
        for (const event of side.log.all) yield { kind: "event", event }
        yield { kind: "caught_up" }
        await new Promise((resolve) => setTimeout(resolve, 20))
        for (const event of side.log.all) yield { kind: "event", event }
      }
      const projector = project({ store: again })
      await expect.poll(() => projector.caughtUp()).toBe(true)
      await projector.stop()
      expect([await held(), await counted(), side.failures]).toEqual([3, 3, []])
    })

    test("an event that it does not know stops it, is told each time, and leaves nothing half done", async () => {
      await record(side.log, stream, scheduled(), ...orders(1, 1), { type: "CupDropped", data: {} })
      project()
      await expect.poll(() => side.failures.length).toBeGreaterThan(1)
      expect(String(side.failures[0])).toContain("unknown event type CupDropped")
      expect([await held(), await counted(), await readCheckpoint(side.db, READ_MODELS)]).toEqual([
        undefined,
        0,
        null,
      ])
    })

    test("a batch that fails is taken back whole, and tried again", async () => {
      await record(side.log, stream, scheduled(), ...orders(1, 2))
      // The second order is there already, so that its insert fails after the sale's row was written.
      const inTheWay = {
        ...{ id: `${SALE_ID}-2`, sale_id: SALE_ID, user_id: "x", quantity: 1, status: "paid" as const },
        ...{ unit_price_fen: 1, amount_fen: 1, created_at_ms: 0, pay_by_ms: 0 },
      }
      await side.db.insertInto("orders").values(inTheWay).execute()
      project()
      await expect.poll(() => side.failures.length).toBeGreaterThan(0)
      expect([await held(), await counted()]).toEqual([undefined, 1])
      await side.db.deleteFrom("orders").execute()
      expect(await side.watch.waitFor(await side.log.endPosition(), 5_000)).toBe(true)
      expect([await held(), await counted()]).toEqual([2, 2])
    })

    test("a subscription that breaks is begun again from the checkpoint", async () => {
      const position = await record(side.log, stream, scheduled(), ...orders(1, 5))
      const begunAfter: (bigint | undefined)[] = []
      const store: Pick<typeof side.log, "subscribeAll"> = {
        async *subscribeAll(options) {
          begunAfter.push(options.after)
          let delivered = 0
          for await (const message of side.log.subscribeAll(options)) {
            if (begunAfter.length < 3 && delivered++ === 2) throw new Error("connection lost")
            yield message
          }
        },
      }
      project({ store })
      expect(await side.watch.waitFor(position, 5_000)).toBe(true)
      expect(begunAfter).toEqual([undefined, 20n, 40n])
      expect([await held(), await counted(), side.failures.length]).toEqual([5, 5, 2])
    })

    test("two projectors on one database apply each event once", async () => {
      await record(side.log, stream, scheduled(), ...orders(1, 1_500))
      project()
      project()
      for (let from = 1_501; from < 1_600; from += 10) await record(side.log, stream, ...orders(from, 10))
      const position = await side.log.endPosition()
      await expect.poll(() => readCheckpoint(side.db, READ_MODELS), { timeout: 10_000 }).toBe(position)
      expect([await held(), await counted()]).toEqual([1_600, 1_600])
    })

    test("two projectors side by side: what the other has applied is taken back", async () => {
      await record(side.log, stream, scheduled())
      const both = [project(), project()]
      await expect.poll(() => both.every((projector) => projector.caughtUp())).toBe(true)
      // Applied twice, these would meet no row that is there already: only the checkpoint tells.
      const position = await record(side.log, stream, ...Array.from({ length: 50 }, (_, n) => adjusted(n)))
      expect(await side.watch.waitFor(position, 5_000)).toBe(true)
      await Promise.all(both.map((projector) => projector.stop()))
      const sale = await side.db.selectFrom("flash_sales").select("capacity").executeTakeFirst()
      expect(sale).toEqual({ capacity: 60 })
    })

    test("a checkpoint without events is kept, so that nobody waits for what is of no interest", async () => {
      const store = {
        async *subscribeAll(): AsyncGenerator<SubscriptionMessage> {
          yield { kind: "checkpoint", position: 70n }
          yield { kind: "caught_up" }
          yield { kind: "checkpoint", position: 18_446_744_073_709_551_614n }
          await new Promise(() => {})
        },
      }
      side.project({ store })
      expect(await side.watch.waitFor(70n, 5_000)).toBe(true)
      expect(await side.watch.waitFor(18_446_744_073_709_551_614n, 5_000)).toBe(true)
      expect(await readCheckpoint(side.db, READ_MODELS)).toBe(18_446_744_073_709_551_614n)
    })

    test("a rebuild makes the very same rows, however the events are batched", async () => {
      const projector = project()
      await record(side.log, stream, scheduled({ stock: 400 }))
      for (let from = 1; from < 300; from += 30) await record(side.log, stream, ...orders(from, 30))
      await record(side.log, stream, {
        type: "ReservationReleased",
        data: {
          orderId: `${SALE_ID}-7`,
          requestId: "u7:k1",
          userId: "u7",
          quantity: 1,
          at: "2026-06-01T09:00:00.000Z",
        },
      })
      await side.watch.waitFor(await side.log.endPosition(), 5_000)
      await projector.stop()
      const before = await dump(side.db)
      await world().wipe()
      const rebuilt = project()
      await expect.poll(() => rebuilt.caughtUp()).toBe(true)
      expect(await dump(side.db)).toEqual(before)
      expect(await held()).toBe(299)
    })
  })
}
