import { randomUUID } from "node:crypto"
import { afterAll, beforeAll, expect, test } from "vitest"
import { systemClock } from "../../src/infra/system-clock.ts"
import { ORDERS_TOPIC } from "../../src/relay/messages.ts"
import { RELAY, relayed } from "../../src/relay/relay.ts"
import { createFollowerLags } from "../../src/signals/follower-lag.ts"
import { lifeOf } from "../support/order-life.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { record } from "../support/read-side.ts"
import { byKey, type RelayWorld, startRelayWorld } from "../support/relay-world.ts"

const ORDERS = 100
const EVENTS_EACH = 500

let world: RelayWorld
beforeAll(async () => {
  world = await startRelayWorld()
}, SERVER_START_TIMEOUT_MS)
afterAll(() => world?.close())

const lagSeconds = async () => {
  const followed = { name: RELAY, filter: relayed }
  return (await createFollowerLags({ ...world, clock: systemClock }, [followed])()).get(RELAY)
}

test("Kafka away while 50,000 events are written: nothing is lost, and it catches up by itself", async () => {
  const relay = world.relay()
  const saleId = randomUUID()
  expect(await world.relayed(await world.write(lifeOf(saleId, 0, "first").placed()))).toBe(true)
  expect(await lagSeconds()).toBe(0)

  await world.kafka.kill()
  let last = 0n
  for (let order = 1; order <= ORDERS; order++) {
    const life = lifeOf(saleId, order, "ann")
    const events = Array.from({ length: EVENTS_EACH - 1 }, (_, n) => life.paid(n).event)
    last = await record(world.store, life.placed().stream, life.placed().event, ...events)
  }
  await expect.poll(lagSeconds).toBeGreaterThan(0.5)
  await world.kafka.restart()

  expect(await world.relayed(last, 80_000)).toBe(true)
  expect(await lagSeconds()).toBe(0)
  const seen = byKey(await world.everything(ORDERS_TOPIC))
  expect(seen.size).toBe(ORDERS + 1)
  for (let order = 1; order <= ORDERS; order++) {
    const once = new Map(
      seen.get(lifeOf(saleId, order, "ann").orderId)!.map(({ body }) => [body.eventId, body] as const),
    )
    const payments = [...once.values()].map(({ data }) => data.transactionId)
    expect(payments).toEqual([undefined, ...Array.from({ length: EVENTS_EACH - 1 }, (_, n) => `t-${n}`)])
  }
  await relay.stop()
}, 150_000)

test("a stop while Kafka is away takes seconds, and what was not acknowledged is sent after the next start", async () => {
  const life = lifeOf(randomUUID(), 1, "bob")
  await world.kafka.kill()
  const [relay, consumers] = [world.relay(), world.consumers()]
  const last = await world.write(life.placed(), life.cancelled("timeout"))
  await expect.poll(lagSeconds).toBeGreaterThan(0)
  const began = performance.now()
  await Promise.all([relay.stop(), consumers.stop()])
  expect(performance.now() - began).toBeLessThan(6_000)
  await world.kafka.restart()
  const again = [world.relay(), world.consumers()]
  expect(await world.relayed(last, 30_000)).toBe(true)
  expect(await world.told(last, 30_000)).toBe(true)
  await Promise.all(again.map((part) => part.stop()))
}, 120_000)
