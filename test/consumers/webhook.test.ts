import { randomUUID } from "node:crypto"
import { Registry } from "prom-client"
import { afterEach, beforeEach, expect, it } from "vitest"
import type { Webhook } from "../../src/commands/ports/webhook.ts"
import { inboxAndWebhook } from "../../src/consumers/channels.ts"
import { startConsumers } from "../../src/consumers/start.ts"
import { deliverNotifications, WEBHOOK } from "../../src/consumers/webhook.ts"
import { waiting } from "../../src/projections/parked-messages.ts"
import { alone } from "../../src/reactors/elected.ts"
import { retry } from "../../src/relay/parked.ts"
import { lifeOf } from "../support/order-life.ts"
import { record, startReadSide } from "../support/read-side.ts"
import { createVirtualClock, type VirtualClock } from "../support/virtual-clock.ts"

const BEGIN_MS = 1_800_000_000_000
type Side = Awaited<ReturnType<typeof startReadSide>>

let clock: VirtualClock
let side: Side
beforeEach(async () => {
  clock = createVirtualClock(BEGIN_MS)
  side = await startReadSide({ clock })
})
afterEach(() => side.close())

/** An order that was paid, told to its user and noted for the webhook. */
async function paid(userId: string): Promise<void> {
  const life = lifeOf(randomUUID(), 1, userId)
  const last = await record(side.log, life.placed().stream, life.placed().event, life.paid().event)
  const consumer = side.notify({ tell: inboxAndWebhook })
  const told = side.told.waitFor(last, 60_000)
  await clock.advance(1_000)
  expect(await told).toBe(true)
  await consumer.stop()
}
const rows = () => side.db.selectFrom("webhook_deliveries").selectAll().execute()
const retries = { attemptsMax: 4, firstMs: 1_000, longestMs: 3_000 }

/** Delivers to `webhook` once, and tells what came of each attempt. */
async function sweep(webhook: Webhook, signal = new AbortController().signal): Promise<string[]> {
  const outcomes: string[] = []
  const onAttempt = (failure: Error | null) => outcomes.push(failure?.message ?? "delivered")
  const deps = { db: side.db, clock, webhook, random: () => 1, onAttempt, retries }
  await deliverNotifications(deps)(signal)
  return outcomes
}
const down: Webhook = () => Promise.reject(new Error("down"))

it("sends what users are told, once an event, with nothing but ids", async () => {
  await paid("ann")
  const sent: { id: string; body: string }[] = []
  const webhook: Webhook = async (message) => void sent.push(message)
  expect(await sweep(webhook)).toEqual(["delivered"])
  const [told] = await side.db.selectFrom("notifications").selectAll().execute()
  expect(sent.map(({ id, body }) => ({ id, body: JSON.parse(body) }))).toEqual([
    {
      id: told!.id,
      body: {
        schemaVersion: 1,
        type: "order_paid",
        timestamp: new Date(told!.created_at_ms).toISOString(),
        data: { userId: "ann", orderId: told!.order_id },
      },
    },
  ])
  // Everything comes again to a consumer that has forgotten where it was.
  await side.db.deleteFrom("checkpoints").execute()
  await paid("bob")
  expect(await sweep(webhook)).toEqual(["delivered"])
  expect(new Set(sent.map(({ id }) => id)).size).toBe(2)
  expect(sent).toHaveLength(2)
})

it("tries again later and later, then parks it with the reason, once", async () => {
  await paid("ann")
  for (const pauseMs of [1_000, 2_000, 3_000]) {
    expect(await sweep(down)).toEqual(["down"])
    await clock.advance(pauseMs - 1)
    expect(await sweep(down)).toEqual([])
    await clock.advance(1)
  }
  expect(await sweep(down)).toEqual(["down"])
  const [delivery] = await rows()
  expect(delivery).toMatchObject({ status: "parked", attempts: 4 })
  expect(await waiting(side.db)).toMatchObject([
    { id: `${WEBHOOK}/${delivery!.id}`, parked_by: WEBHOOK, reason: "Error: down" },
  ])
  await clock.advance(60_000)
  expect(await sweep(down)).toEqual([])
})

it("a parked one is tried once more by a command, which tells why it stays", async () => {
  await paid("ann")
  for (let attempt = 1; attempt <= retries.attemptsMax; attempt++) {
    await sweep(down)
    await clock.advance(retries.longestMs)
  }
  const [parked] = await waiting(side.db)
  const again = (webhook: Webhook | null) => retry({ db: side.db, relay: null, webhook }, parked!)
  await expect(again(null)).rejects.toThrow("NOTIFICATION_WEBHOOK_URL is not set")
  await expect(again(down)).rejects.toThrow("down")
  expect(await waiting(side.db)).toHaveLength(1)
  const sent: string[] = []
  await again(async ({ id }) => void sent.push(id))
  expect(await waiting(side.db)).toEqual([])
  expect(await rows()).toMatchObject([{ id: sent[0], status: "delivered", attempts: 5 }])
})

it("an attempt that a stop cut short says nothing about the receiver", async () => {
  await paid("ann")
  const stopping = new AbortController()
  const hanging: Webhook = (_, signal) =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
  const swept = sweep(hanging, stopping.signal)
  await clock.settle()
  stopping.abort()
  expect(await swept).toEqual([])
  expect(await rows()).toMatchObject([{ status: "waiting", attempts: 0 }])
  expect(await sweep(async () => {})).toEqual(["delivered"])
})

it("two processes at once: what one has delivered the other does not give up", async () => {
  await paid("ann")
  await side.db
    .updateTable("webhook_deliveries")
    .set({ attempts: retries.attemptsMax - 1 })
    .execute()
  const late = Promise.withResolvers<void>()
  const failing = sweep(() => late.promise)
  await clock.settle()
  expect(await sweep(async () => {})).toEqual(["delivered"])
  late.reject(new Error("down"))
  expect(await failing).toEqual(["down"])
  expect(await rows()).toMatchObject([{ status: "delivered" }])
  expect(await waiting(side.db)).toEqual([])
})

it("one that fails does not hold up the others", async () => {
  for (const user of ["ann", "bob", "cat"]) await paid(user)
  const picky: Webhook = ({ body }) =>
    body.includes("ann") ? Promise.reject(new Error("no")) : Promise.resolve()
  expect((await sweep(picky)).sort()).toEqual(["delivered", "delivered", "no"])
})

it("a receiver that never answers holds back nobody's notification, nor the end of the process", async () => {
  let asked = 0
  const metrics = new Registry()
  const failures: unknown[] = []
  const workers = startConsumers({
    ...{ db: side.db, store: side.log, clock, broker: null, metrics, elect: alone },
    notifications: side.told,
    onFailure: (_, cause) => failures.push(cause),
    webhook: (_, signal) => {
      asked += 1
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
    },
  })
  for (const user of ["ann", "bob"]) {
    const life = lifeOf(randomUUID(), 1, user)
    const last = await record(side.log, life.placed().stream, life.placed().event, life.paid().event)
    const told = side.told.waitFor(last, 60_000)
    await clock.advance(2_000)
    expect(await told).toBe(true)
  }
  expect(asked).toBe(1)
  await workers.stop()
  expect(failures).toEqual([])
  expect(await metrics.metrics()).toContain('notification_webhook_attempts_total{outcome="failed"} 0')
})
