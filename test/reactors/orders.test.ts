import { describe, expect, it } from "vitest"
import type * as FlashSale from "../../src/domain/flash-sale.ts"
import {
  actors,
  type Death,
  memoryCheckpoints,
  ordersOf,
  type Provider,
  startWorker,
  type Worker,
} from "../support/order-world.ts"
import { saleWorld, type World } from "../support/sale-world.ts"

interface Story {
  readonly world: World
  readonly provider: Provider
  readonly act: Awaited<ReturnType<typeof actors>>
  /** Lets time pass; a worker that died is replaced. */
  pass(ms: number): Promise<void>
  orderOf(user: string): { status: string; id: string }
}

/** Runs a story with a worker that may die, and is replaced when it did; returns how it ended. */
async function tell(story: (on: Story) => Promise<void>, terms: Partial<FlashSale.Terms>, death?: Death) {
  const world = await saleWorld({ paymentWindowSeconds: 60, ...terms })
  const checkpoints = memoryCheckpoints()
  const provider: Provider = { refunds: new Map(), works: true }
  let worker: Worker = await startWorker(world, checkpoints, provider, death)
  let replaced = false
  const pass = async (ms: number) => {
    await world.clock.advance(ms)
    if (!worker.died() || replaced) return
    replaced = true
    await worker.stop()
    worker = await startWorker(world, checkpoints, provider)
    await world.clock.advance(ms)
  }
  const orderOf = (user: string) => {
    for (const [id, order] of ordersOf(world.log))
      if (order.status !== "none" && order.details.userId === user) return { id, status: order.status }
    throw new Error(`${user} has no order`)
  }
  const act = await actors(world)
  const buy: typeof act.buy = async (...args) => {
    const answer = act.buy(...args)
    await world.clock.advance(700)
    return answer
  }
  await story({ world, provider, act: { ...act, buy }, pass, orderOf })
  await pass(40_000)
  expect(await world.drift()).toBe(0)
  const { look } = world.gate
  expect(await look("0b5f1f6e-1111-4222-8333-444444444444")).toMatchObject({ permits: 0 })
  await worker.stop()
  return { died: replaced, appends: world.log.all.length }
}

/** Waits for a promise that needs time to pass. */
async function during<T>(world: World, promise: Promise<T>): Promise<T> {
  let done = false
  promise
    .finally(() => {
      done = true
    })
    .catch(() => {})
  for (let n = 0; n < 100 && !done; n++) await world.clock.advance(50)
  return promise
}

const count = (world: World, type: string) => world.log.all.filter((event) => event.type === type).length
const refundedFen = ({ refunds }: Provider) => [...refunds.values()]

const stories: Record<string, { terms: Partial<FlashSale.Terms>; story: (on: Story) => Promise<void> }> = {
  "paid in time, and twice": {
    terms: { stock: 2 },
    async story({ world, provider, act, pass, orderOf }) {
      await act.buy("ann")
      await pass(1_000)
      const payment = await during(world, act.pay(orderOf("ann").id, "ann"))
      await during(world, act.captured(payment, 1))
      await during(world, act.captured(payment, 2))
      await pass(40_000)
      expect(orderOf("ann").status).toBe("paid")
      expect(refundedFen(provider)).toEqual([990])
      expect(count(world, "OrderPaid")).toBe(1)
      expect(count(world, "ReservationReleased")).toBe(0)
    },
  },
  "a wrong amount is given back, and the order still waits": {
    terms: { stock: 2, paymentWindowSeconds: 900 },
    async story({ world, provider, act, pass, orderOf }) {
      await act.buy("ann")
      await pass(1_000)
      const payment = await during(world, act.pay(orderOf("ann").id, "ann"))
      await during(world, act.captured(payment, 1, 1))
      await pass(40_000)
      expect(orderOf("ann").status).toBe("pending_payment")
      expect(refundedFen(provider)).toEqual([1])
    },
  },
  "cancelled by its user, and paid all the same": {
    terms: { stock: 1 },
    async story({ world, provider, act, pass, orderOf }) {
      await act.buy("ann")
      await pass(1_000)
      const order = orderOf("ann").id
      const payment = await during(world, act.pay(order, "ann"))
      await during(world, act.cancel(order, "ann"))
      await during(world, act.captured(payment, 1))
      await pass(40_000)
      expect(orderOf("ann").status).toBe("refunded")
      expect(refundedFen(provider)).toEqual([990])
      expect(count(world, "ReservationReleased")).toBe(1)
      expect(await act.buy("bob")).toMatchObject({ kind: "accepted" })
    },
  },
  "timed out, its cup sold to another, and two late payments": {
    terms: { stock: 1 },
    async story({ world, provider, act, pass, orderOf }) {
      await act.buy("ann")
      await pass(1_000)
      const order = orderOf("ann").id
      const first = await during(world, act.pay(order, "ann"))
      const second = await during(world, act.pay(order, "ann"))
      await pass(80_000)
      expect(orderOf("ann").status).toBe("cancelled")
      expect(await act.buy("bob")).toMatchObject({ kind: "accepted" })
      await during(world, act.captured(first, 1))
      await during(world, act.captured(second, 1))
      await pass(1_000)
      await pass(40_000)
      expect(orderOf("ann").status).toBe("refunded")
      expect(refundedFen(provider)).toEqual([990, 990])
    },
  },
  "timed out, its cup still free, and two late payments": {
    terms: { stock: 1 },
    async story({ world, provider, act, pass, orderOf }) {
      await act.buy("ann")
      await pass(1_000)
      const order = orderOf("ann").id
      const first = await during(world, act.pay(order, "ann"))
      const second = await during(world, act.pay(order, "ann"))
      await pass(80_000)
      await during(world, act.captured(first, 1))
      await during(world, act.captured(second, 1))
      await pass(40_000)
      expect(orderOf("ann").status).toBe("paid")
      expect(refundedFen(provider)).toEqual([990])
      expect(await act.buy("bob")).toMatchObject({ kind: "refused", reason: "sold_out" })
    },
  },
}

describe.each(Object.entries(stories))("%s", (_, { story, terms }) => {
  it("ends right", async () => {
    await tell(story, terms)
  })

  it("ends the same, wherever its worker dies, without a second refund", async () => {
    let deaths = 0
    for (const after of [false, true])
      for (let atAppend = 1; ; atAppend++) {
        const { died } = await tell(story, terms, { atAppend, after })
        if (!died) break
        deaths++
      }
    expect(deaths).toBeGreaterThan(4)
  })
})

it("a provider that is down for an hour makes the refund late, not lost", async () => {
  await tell(
    async ({ world, provider, act, pass, orderOf }) => {
      provider.works = false
      await act.buy("ann")
      await pass(1_000)
      const payment = await during(world, act.pay(orderOf("ann").id, "ann"))
      await during(world, act.captured(payment, 1))
      await during(world, act.captured(payment, 2))
      await pass(10_000)
      expect(provider.refunds.size).toBe(0)
      provider.works = true
      await pass(40_000)
      expect(refundedFen(provider)).toEqual([990])
    },
    { stock: 2 },
  )
})
