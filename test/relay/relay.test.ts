import { randomUUID } from "node:crypto"
import { sql } from "kysely"
import { afterAll, beforeAll, expect, test } from "vitest"
import { readCheckpoint } from "../../src/projections/checkpoint.ts"
import { FLASH_SALES_TOPIC, ORDERS_TOPIC } from "../../src/relay/messages.ts"
import { RELAY } from "../../src/relay/relay.ts"
import { lifeOf } from "../support/order-life.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { byKey, type RelayWorld, startRelayWorld } from "../support/relay-world.ts"

let world: RelayWorld
beforeAll(async () => {
  world = await startRelayWorld()
}, SERVER_START_TIMEOUT_MS)
afterAll(() => world?.close())

const saleId = randomUUID()
const [ann, bob] = [lifeOf(saleId, 1, "ann"), lifeOf(saleId, 2, "bob")]

test("passes the log on, in order per aggregate, as Kafka's own consumer sees it", async () => {
  const relay = world.relay()
  const last = await world.write(
    ...[ann.reserved(), ann.placed(), bob.reserved(), bob.placed()],
    ...[ann.opened(), ann.captured(), ann.paid(), bob.cancelled("timeout"), bob.released()],
  )
  expect(await world.relayed(last)).toBe(true)
  await relay.stop()

  const orders = byKey(await world.messages(ORDERS_TOPIC, 4))
  const typesOf = (id: string) => orders.get(id)?.map(({ body }) => body.type)
  expect(typesOf(ann.orderId)).toEqual(["OrderPlaced", "OrderPaid"])
  expect(typesOf(bob.orderId)).toEqual(["OrderPlaced", "OrderCancelled"])
  const sales = await world.messages(FLASH_SALES_TOPIC, 3)
  expect(sales.map(({ key, body }) => [key, body.type])).toEqual([
    [saleId, "StockReserved"],
    [saleId, "StockReserved"],
    [saleId, "ReservationReleased"],
  ])

  const lines = await world.kafka.consume(ORDERS_TOPIC, 4)
  const paid = lines.find((line) => line.includes("OrderPaid"))!
  const [headers, key, value] = paid.split("\t")
  const { eventId, position, data } = JSON.parse(value!)
  expect(headers).toMatch(
    new RegExp(
      `^event-id:${eventId},event-type:OrderPaid,schema-version:1,position:${position},traceparent:00-[0-9a-f]{32}-[0-9a-f]{16}-00$`,
    ),
  )
  expect(key).toBe(ann.orderId)
  expect(data).toMatchObject({ userId: "ann", saleId, quantity: 1, late: false })
  expect(lines.join()).not.toMatch(/requestId|payloadHash/)
  expect(world.failures).toEqual([])
})

test("sends again what it had sent when it broke off before its checkpoint: under the same event ids", async () => {
  const before = await readCheckpoint(world.db, RELAY)
  const cleo = lifeOf(saleId, 3, "cleo")
  let broken = 0
  const relay = world.relay({
    broker: {
      ...world.broker,
      openProducer(topics) {
        const producer = world.broker.openProducer(topics)
        return {
          ...producer,
          async send(messages) {
            await producer.send(messages)
            if (broken++ === 0) throw new Error("broken off after the send")
          },
        }
      },
    },
  })
  const last = await world.write(cleo.placed(), cleo.cancelled("user"))
  expect(await world.relayed(last)).toBe(true)
  await relay.stop()
  expect(before! < last).toBe(true)
  expect(world.failures.map(String)).toEqual(["Error: broken off after the send"])

  const twice = byKey(await world.everything(ORDERS_TOPIC)).get(cleo.orderId)!
  const ids = twice.map(({ body }) => body.eventId)
  expect(twice.length).toBeGreaterThan(2)
  expect(new Set(ids).size).toBe(2)
  const first = twice.filter(({ body }, index) => ids.indexOf(body.eventId) === index)
  expect(first.map(({ body }) => body.type)).toEqual(["OrderPlaced", "OrderCancelled"])
})

test("a checkpoint that cannot be moved: what was sent is sent again, until it can", async () => {
  const dan = lifeOf(saleId, 4, "dan")
  await sql`create trigger away before update on checkpoints begin select raise(abort, 'away'); end`.execute(
    world.db,
  )
  const relay = world.relay()
  const last = await world.write(dan.placed(), dan.cancelled("user"))
  await expect
    .poll(() => world.failures.filter((told) => String(told).includes("away")).length)
    .toBeGreaterThan(1)
  expect((await readCheckpoint(world.db, RELAY))! < last).toBe(true)
  await sql`drop trigger away`.execute(world.db)
  expect(await world.relayed(last)).toBe(true)
  await relay.stop()

  const sent = byKey(await world.everything(ORDERS_TOPIC)).get(dan.orderId)!
  expect(sent.length).toBeGreaterThan(4)
  const types = [...new Map(sent.map(({ body }) => [body.eventId, body.type])).values()]
  expect(types).toEqual(["OrderPlaced", "OrderCancelled"])
})

test("two relays side by side: everything arrives, each event's first copy in order", async () => {
  const [one, other] = [world.relay(), world.relay()]
  const lives = Array.from({ length: 40 }, (_, index) => lifeOf(saleId, 100 + index, `u${index}`))
  let last = 0n
  for (const life of lives)
    last = await world.write(life.placed(), life.paid(), life.refunding(), life.refunded())
  expect(await world.relayed(last)).toBe(true)
  await Promise.all([one.stop(), other.stop()])

  const seen = byKey(await world.everything(ORDERS_TOPIC))
  for (const { orderId } of lives) {
    const ids = new Set(seen.get(orderId)?.map(({ body }) => `${body.type} ${body.eventId}`))
    const types = [...ids].map((id) => id.split(" ")[0])
    expect(types).toEqual(["OrderPlaced", "OrderPaid", "RefundRequested", "OrderRefunded"])
  }
})
