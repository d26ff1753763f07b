import { beforeEach, expect, it } from "vitest"
import type { EventStore } from "../../src/commands/ports/event-store.ts"
import { createMemoryHandover } from "../support/memory-handover.ts"
import { type Process, saleWorld, type World } from "../support/sale-world.ts"

let world: World
let process: Process
/** Subscriptions of the process to the sale, all there ever were, and those that it has now. */
let begun: number
let open: number
let subscribeStream: EventStore["subscribeStream"]
beforeEach(async () => {
  world = await saleWorld({ stock: 100 }, { echoesMax: 3 })
  begun = 0
  open = 0
  // An event comes after the answer to its append, as from a server.
  subscribeStream = async function* ({ isKnown, ...options }) {
    begun += 1
    open += 1
    try {
      for await (const message of world.log.subscribeStream(options)) {
        await new Promise((resolve) => setImmediate(resolve))
        if (message.kind !== "event" || !isKnown?.(message.event.revision)) yield message
      }
    } finally {
      open -= 1
    }
  }
  process = await world.process({ store: { subscribeStream } })
  await world.clock.settle()
})

async function buy(by: Process, user: string): Promise<void> {
  const answer = by.buy(user)
  await world.clock.settle()
  expect(await answer).toMatchObject({ kind: "accepted" })
}

async function buySome(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await buy(process, `user${n}`)
}

it("lets the subscription go that only brings back what this process writes, and follows again when it pauses", async () => {
  expect(open).toBe(1)
  await buySome(3)
  expect(open).toBe(0)
  await buySome(6)
  expect(begun).toBe(1)
  await world.clock.advance(100)
  expect([begun, open]).toEqual([2, 1])
  expect(process.live.sale.revision).toBe(world.events().length - 1)
})

it("keeps a subscription that also brings what others write", async () => {
  const other = await world.process()
  for (let n = 0; n < 6; n++) {
    await buy(process, `mine${n}`)
    await buy(other, `theirs${n}`)
  }
  expect([begun, open]).toEqual([1, 1])
})

it("lets one go that only brings back what another process has told", async () => {
  const server = createMemoryHandover(world.clock.elapsed)
  const writer = await world.process({ handover: server.process() })
  await buy(writer, "first")
  await process.stop()
  begun = 0
  const told = await world.process({ store: { subscribeStream }, handover: server.process() })
  await buy(told, "learns who writes")
  for (let n = 0; n < 4; n++) await buy(told, `user${n}`)
  expect([begun, open]).toEqual([1, 0])
  await buy(writer, "theirs")
  expect(told.live.sale.outcomes.has("theirs:k1")).toBe(true)
  await writer.stop()
  await world.clock.advance(100)
  expect([begun, open]).toEqual([2, 1])
})

it("meets what another writes meanwhile at its next append, and hears of the rest when it pauses", async () => {
  await buySome(3)
  const other = await world.process()
  await buy(other, "ann")
  expect(process.live.sale.outcomes.has("ann:k1")).toBe(false)
  await buy(process, "bob")
  expect(process.live.sale.outcomes.has("ann:k1")).toBe(true)
  await buy(other, "cid")
  await world.clock.advance(100)
  expect(process.live.sale.outcomes.has("cid:k1")).toBe(true)
})
