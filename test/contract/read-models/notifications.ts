import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { SubscriptionMessage } from "../../../src/commands/ports/event-store.ts"
import { NOTIFY_USERS } from "../../../src/consumers/notify-users.ts"
import { readCheckpoint } from "../../../src/projections/checkpoint.ts"
import type { Follower } from "../../../src/projections/follower.ts"
import * as notifications from "../../../src/projections/notifications.ts"
import { lifeOf } from "../../support/order-life.ts"
import { dump, type ReadModels, startReadSide } from "../../support/read-side.ts"
import { SALE_ID } from "../../support/scenario.ts"
import { tell } from "./told.ts"

const lives = Array.from({ length: 250 }, (_, n) => lifeOf(SALE_ID, n + 1, `u${n % 7}`))
const [ann, late, bob] = [lifeOf(SALE_ID, 1, "ann"), lifeOf(SALE_ID, 2, "ann"), lifeOf(SALE_ID, 3, "bob")]

/** The consumer that notifies users. */
export function notificationsContract(world: () => ReadModels): void {
  let side: Awaited<ReturnType<typeof startReadSide>>
  const consumers: Follower[] = []
  beforeEach(async () => {
    side = await startReadSide({ models: world() })
  })
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()))
  })
  const notify: typeof side.notify = (changes) => {
    const consumer = side.notify(changes)
    consumers.push(consumer)
    return consumer
  }
  const passed = async () => side.told.waitFor(await side.log.endPosition(), 10_000)
  const toldTo = async (userId: string) =>
    (await notifications.list(side.db, userId, { limit: 100 })).items.map(({ type, orderId }) => [
      type,
      orderId,
    ])
  const rows = async () => (await dump(side.db)).notifications!
  const idsInLog = (type: string) =>
    side.log.all.flatMap((event) => (event.type === type ? [event.id] : [])).sort()

  describe("notifications", () => {
    test("tell of a paid order and of one timed out, the newest first, and of nothing else", async () => {
      notify()
      await tell(
        side.log,
        ...[ann.reserved(), ann.placed(), ann.paid(), bob.placed(), bob.cancelled("user")],
        ...[late.placed(), late.cancelled("timeout"), late.refunding(), late.refunded()],
      )
      expect(await passed()).toBe(true)
      expect(await toldTo("bob")).toEqual([])
      expect(await toldTo("ann")).toEqual([
        ["order_timed_out", late.orderId],
        ["order_paid", ann.orderId],
      ])
    })

    test("an order paid late has both", async () => {
      notify()
      await tell(side.log, ann.cancelled("timeout"), ann.paid(1, true))
      expect(await passed()).toBe(true)
      expect((await toldTo("ann")).map(([type]) => type).sort()).toEqual(["order_paid", "order_timed_out"])
    })

    test("go on from the consumer's own offset, wherever the read models are", async () => {
      await tell(side.log, ann.placed(), ann.paid())
      const projector = side.project()
      await side.watch.waitFor(await side.log.endPosition(), 5_000)
      await projector.stop()
      expect(await readCheckpoint(side.db, NOTIFY_USERS)).toBe(null)
      const first = notify()
      await passed()
      await first.stop()
      const position = await tell(side.log, late.cancelled("timeout"))
      const begunAfter: (bigint | undefined)[] = []
      const store: Pick<typeof side.log, "subscribeAll"> = {
        subscribeAll(options) {
          begunAfter.push(options.after)
          return side.log.subscribeAll(options)
        },
      }
      notify({ store })
      expect(await passed()).toBe(true)
      expect(begunAfter).toEqual([20n])
      expect([await toldTo("ann"), await readCheckpoint(side.db, NOTIFY_USERS)]).toEqual([
        [
          ["order_timed_out", late.orderId],
          ["order_paid", ann.orderId],
        ],
        position,
      ])
    })

    test("are told once, though every event comes again", async () => {
      await tell(side.log, ...lives.map((life) => life.paid()))
      const first = notify()
      await passed()
      await first.stop()
      const before = await rows()
      expect(before).toHaveLength(250)
      await side.db.deleteFrom("checkpoints").where("name", "=", NOTIFY_USERS).execute()
      await tell(side.log, ann.cancelled("timeout"))
      notify()
      expect(await passed()).toBe(true)
      const after = await rows()
      expect(after).toHaveLength(251)
      expect(after).toEqual(expect.arrayContaining(before))
      expect(side.failures).toEqual([])
    })

    test("an event that comes twice in one batch is told once", async () => {
      await tell(side.log, ann.paid())
      const [event] = side.log.all
      const store = {
        async *subscribeAll(): AsyncGenerator<SubscriptionMessage> {
          yield { kind: "event", event: event! }
          yield { kind: "event", event: { ...event!, position: 20n } }
          await new Promise((resolve) => setTimeout(resolve, 50))
        },
      }
      notify({ store })
      expect(await side.told.waitFor(20n, 5_000)).toBe(true)
      expect(await toldTo("ann")).toEqual([["order_paid", ann.orderId]])
    })

    test("two consumers on one database: what one has done is taken back from the other, and nothing is told twice", async () => {
      await tell(side.log, ...lives.map((life) => life.paid()))
      notify()
      notify()
      const end = await side.log.endPosition()
      await expect.poll(() => readCheckpoint(side.db, NOTIFY_USERS), { timeout: 10_000 }).toBe(end)
      expect((await rows()).map((row) => (row as { id: string }).id)).toEqual(idsInLog("OrderPaid"))
    })

    test("a consumer that dies between two batches goes on where it was", async () => {
      await tell(side.log, ...lives.map((life) => life.paid()))
      const store: Pick<typeof side.log, "subscribeAll"> = {
        async *subscribeAll(options) {
          let delivered = 0
          for await (const message of side.log.subscribeAll(options)) {
            if (++delivered === 130) throw new Error("connection lost")
            yield message
          }
        },
      }
      notify({ store })
      expect(await passed()).toBe(true)
      expect(side.failures.length).toBeGreaterThan(0)
      expect((await rows()).map((row) => (row as { id: string }).id)).toEqual(idsInLog("OrderPaid"))
    })
  })
}
