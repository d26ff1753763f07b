import { describe, expect, it } from "vitest"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { type Process, saleWorld, type World } from "../support/sale-world.ts"
import { permit } from "../support/scenario.ts"

const accepted = { kind: "accepted" }
const count = (world: World, type: FlashSale.EventType) =>
  world.events().filter((e) => e.type === type).length

async function buys(world: World, process: Process, user: string) {
  const answer = process.buy(user)
  await world.clock.advance(700)
  return answer
}

describe("an append whose answer is lost", () => {
  it("is found in the log and not made twice", async () => {
    const world = await saleWorld()
    let losing = 2
    const process = await world.process({
      store: {
        async append(...args) {
          const result = await world.log.append(...args)
          return losing-- > 0 ? { kind: "unknown", cause: new Error("answer lost") } : result
        },
      },
    })
    expect(await buys(world, process, "ann")).toMatchObject(accepted)
    expect(world.events().map(({ type }) => type)).toEqual([
      "FlashSaleScheduled",
      "GateOpened",
      "StockReserved",
    ])
  })

  it("is sent again when it never arrived", async () => {
    const world = await saleWorld()
    let losing = 2
    const process = await world.process({
      store: {
        append: async (...args) =>
          losing-- > 0 ? { kind: "unknown", cause: new Error("never sent") } : world.log.append(...args),
      },
    })
    expect(await buys(world, process, "ann")).toMatchObject(accepted)
    expect(count(world, "StockReserved")).toBe(1)
  })
})

const context = { actor: "system:test", correlationId: "t", causationId: "t" }

describe("a refusal in a group", () => {
  const deaf = { store: { subscribeStream: async function* () {} } }

  it("is not taken on a stale fold because another item's append is a repeated one", async () => {
    const world = await saleWorld({ stock: 2 })
    const process = await world.process()
    await buys(world, process, "ann")
    const lagging = await world.process(deaf)
    const orderOf = (user: string) =>
      (process.live.sale.outcomes.get(`${user}:k1`) as FlashSale.Accepted).orderId
    const release = ({ live }: Process, orderId: string, id: string) =>
      live.writer.commit((sale) => FlashSale.release(sale, orderId, world.clock.now()), context, {
        newId: () => `00000000-0000-4000-8000-00000000000${id}`,
      })
    expect(await release(process, orderOf("ann"), "a")).toMatchObject({ ok: true })
    await buys(world, process, "bob")
    // The first release, from its own cause, is in the log already; the second is of an order that this fold lacks.
    const both = [release(lagging, orderOf("ann"), "a"), release(lagging, orderOf("bob"), "b")]
    await world.clock.settle()
    expect(await Promise.all(both)).toMatchObject([{ ok: true }, { ok: true }])
    expect(count(world, "ReservationReleased")).toBe(2)
  })
})

describe("a large group", () => {
  it("is answered once the next append has been sent", async () => {
    const world = await saleWorld({ stock: 1_000 })
    const seen: string[] = []
    const process = await world.process({
      store: {
        append: (stream, expected, events) => {
          if (events[0]!.type === "StockReserved") seen.push(`${events.length} sent`)
          return world.log.append(stream, expected, events)
        },
      },
    })
    const { writer, sale } = process.live
    const reserve = (n: number) =>
      writer.commit((draft) => FlashSale.reserve(draft, { ...permit(`user${n}`), grantedAtMs }), context, {
        lane: "buyers",
      })
    const grantedAtMs = world.clock.now()
    const first = Array.from({ length: 100 }, (_, n) => reserve(n))
    await Promise.resolve()
    const next = reserve(100)
    void first[0]!.then(() => seen.push("answered"))
    await Promise.all([...first, next])
    expect(seen).toEqual(["100 sent", "1 sent", "answered"])
    expect(sale.taken).toBe(101)
  })
})

describe("two processes on one stream", () => {
  it("contend, and sell every cup once", async () => {
    const world = await saleWorld({ stock: 20, perUserLimit: 1 })
    const processes = [await world.process(), await world.process()]
    const answers = Array.from({ length: 60 }, (_, n) => processes[n % 2]!.buy(`u${n}`))
    await world.clock.advance(2_000)
    const kinds = (await Promise.all(answers)).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === "accepted")).toHaveLength(20)
    expect(count(world, "StockReserved")).toBe(20)
    expect(processes.map(({ live }) => live.sale.taken)).toEqual([20, 20])
    expect(await world.drift()).toBe(0)
  })
})
