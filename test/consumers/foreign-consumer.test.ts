import { spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, expect, test } from "vitest"
import { forgetCheckpoint } from "../../src/projections/checkpoint.ts"
import { ORDERS_TOPIC } from "../../src/relay/messages.ts"
import { RELAY } from "../../src/relay/relay.ts"
import { lifeOf } from "../support/order-life.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { type RelayWorld, startRelayWorld } from "../support/relay-world.ts"

const EXAMPLE = fileURLToPath(new URL("../../examples/foreign-consumer.mjs", import.meta.url))

let world: RelayWorld
beforeAll(async () => {
  world = await startRelayWorld()
}, SERVER_START_TIMEOUT_MS)
afterAll(() => world?.close())

/** The example, running; `lines(n)` waits until it has printed so many. */
function startExample() {
  const child = spawn(process.execPath, [EXAMPLE, world.kafka.brokers], {
    stdio: ["ignore", "pipe", "pipe"],
  })
  const printed: string[] = []
  const wake = new EventTarget()
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on("line", (line) => {
      printed.push(line)
      wake.dispatchEvent(new Event("line"))
    })
  return {
    async printed(pattern: RegExp, count: number): Promise<string[]> {
      for (;;) {
        const found = printed.filter((line) => pattern.test(line))
        if (found.length >= count) return found
        await once(wake, "line")
      }
    },
    async stop(): Promise<unknown> {
      child.kill("SIGTERM")
      const [code] = await once(child, "exit")
      return code
    },
  }
}

test("the example of a foreign consumer counts each payment once and sets aside what it cannot read", async () => {
  const saleId = randomUUID()
  const [ann, bob, cleo] = [lifeOf(saleId, 1, "ann"), lifeOf(saleId, 2, "bob", 2), lifeOf(saleId, 3, "cleo")]
  let relay = world.relay()
  await world.relayed(await world.write(ann.placed(), ann.paid(), bob.placed(), bob.cancelled("timeout")))
  await relay.stop()
  const foreign = world.broker.openProducer([ORDERS_TOPIC])
  await foreign.send([
    { topic: ORDERS_TOPIC, key: "k", value: "poison", headers: { "event-type": "OrderPaid" } },
  ])
  await foreign.close()
  // Everything once more, and one payment that is new.
  await forgetCheckpoint(world.db, RELAY)
  relay = world.relay()
  await world.relayed(await world.write(cleo.placed(), cleo.paid()))
  await relay.stop()

  const example = startExample()
  const counted = await example.printed(/takingsFen/, 2)
  const [aside] = await example.printed(/^set aside/, 1)
  expect(aside).toMatch(/partition \d+, offset \d+: .*not valid JSON/)
  expect(await example.stop()).toBe(0)
  const orders = counted.map((line) => JSON.parse(line))
  expect(orders.map(({ orderId }) => orderId).sort()).toEqual([ann.orderId, cleo.orderId].sort())
  expect(orders.at(-1).takingsFen).toBe(ann.amountFen + cleo.amountFen)
})
