import { randomUUID } from "node:crypto"
import { Kafka, logLevel } from "kafkajs"
import { afterAll, beforeAll, expect, test } from "vitest"
import { inboxAndWebhook } from "../../src/consumers/channels.ts"
import { INBOX_GROUP } from "../../src/consumers/inbox.ts"
import { ORDERS_TOPIC } from "../../src/relay/messages.ts"
import { RELAY } from "../../src/relay/relay.ts"
import { lifeOf } from "../support/order-life.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { type RelayWorld, startRelayWorld } from "../support/relay-world.ts"

let world: RelayWorld
let relay: { stop(): Promise<void> }
beforeAll(async () => {
  world = await startRelayWorld()
  relay = world.relay()
}, SERVER_START_TIMEOUT_MS)
afterAll(async () => {
  await relay?.stop()
  await world?.close()
})

const saleId = randomUUID()
let next = 1
const newLife = (userId: string) => lifeOf(saleId, next++, userId)
const inbox = async () => {
  const rows = await world.db.selectFrom("notifications").selectAll().orderBy("user_id").execute()
  return rows.map(({ user_id, type }) => `${user_id} ${type}`)
}
const forWebhook = async () => (await world.db.selectFrom("webhook_deliveries").select("id").execute()).length

test("tells users of paid and timed-out orders, and how far it is", async () => {
  const [ann, bob, cleo] = [newLife("ann"), newLife("bob"), newLife("cleo")]
  const consumers = world.consumers()
  const last = await world.write(
    ...[ann.placed(), bob.placed(), cleo.placed(), ann.paid()],
    ...[bob.cancelled("timeout"), cleo.cancelled("user")],
  )
  expect(await world.told(last)).toBe(true)
  expect(await inbox()).toEqual(["ann order_paid", "bob order_timed_out"])
  // Events that concern nobody here are passed, too; within the 3 s that a query waits.
  expect(await world.told(await world.write(cleo.reserved()), 3_000)).toBe(true)
  await consumers.stop()
})

test("tells nothing twice when everything comes again to a group that has forgotten where it was", async () => {
  const before = await inbox()
  const admin = new Kafka({ brokers: [world.kafka.brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.deleteGroups([INBOX_GROUP])
  await admin.disconnect()
  await relay.stop()
  await world.db.deleteFrom("checkpoints").where("name", "=", RELAY).execute()
  relay = world.relay()
  const consumers = world.consumers({ tell: inboxAndWebhook })
  const last = await world.write(newLife("dan").paid())
  expect(await world.told(last)).toBe(true)
  expect(await inbox()).toEqual([...before, "dan order_paid"])
  expect(await forWebhook()).toBe(before.length + 1)
  await consumers.stop()
})

test("two members divide the work; one that leaves loses nothing and repeats nothing", async () => {
  const users = Array.from({ length: 60 }, (_, index) => `u${String(index).padStart(2, "0")}`)
  const before = await inbox()
  const noted = await forWebhook()
  const [first, second] = [1, 2].map(() => world.consumers({ tell: inboxAndWebhook }))
  const write = (some: readonly string[]) => world.write(...some.map((user) => newLife(user).paid()))
  await write(users.slice(0, 20))
  const leaving = first!.stop()
  await write(users.slice(20, 40))
  await leaving
  const third = world.consumers({ tell: inboxAndWebhook })
  const last = await write(users.slice(40))
  expect(await world.told(last, 20_000)).toBe(true)
  expect(await inbox()).toEqual([...before, ...users.map((user) => `${user} order_paid`)])
  expect(await forWebhook()).toBe(noted + users.length)
  await Promise.all([second!.stop(), third.stop()])
})

test("parks what it cannot read, with its reason, and goes on", async () => {
  const consumers = world.consumers()
  const foreign = world.broker.openProducer([ORDERS_TOPIC])
  const poison = (value: string) => ({ topic: ORDERS_TOPIC, key: "k", value, headers: {} })
  const later = { schemaVersion: 1, type: "OrderCompleted", eventId: randomUUID(), position: "1" }
  await foreign.send([
    poison("not json"),
    poison('{"type":"OrderPaid"}'),
    poison(JSON.stringify({ ...later, recordedAt: new Date(0).toISOString(), data: {} })),
  ])
  await foreign.close()
  const last = await world.write(newLife("zoe").paid())
  expect(await world.told(last)).toBe(true)
  expect((await inbox()).at(-1)).toBe("zoe order_paid")
  const parked = await world.db.selectFrom("parked_messages").selectAll().orderBy("value").execute()
  expect(parked.map(({ value, status, parked_by }) => [value, status, parked_by])).toEqual([
    ["not json", "parked", INBOX_GROUP],
    ['{"type":"OrderPaid"}', "parked", INBOX_GROUP],
  ])
  expect(parked[0]?.reason).toMatch(/SyntaxError.*not json/)
  await consumers.stop()
})
