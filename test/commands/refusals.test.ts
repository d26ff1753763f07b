import { describe, expect, it } from "vitest"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { type Process, saleWorld, type World } from "../support/sale-world.ts"
import { SALE_ID } from "../support/scenario.ts"

const accepted = { kind: "accepted" }
const refused = (reason: string) => ({ kind: "refused", reason })
/** A process that never hears of the log by itself: its fold moves only when it reads. */
const deaf = { store: { subscribeStream: async function* () {} } }
const context = { actor: "system:test", correlationId: "t", causationId: "t" }

async function opened(world: World, tamper = {}): Promise<Process> {
  const process = await world.process(tamper)
  const loading = process.live.rebuild.ensureLoaded()
  await world.clock.settle()
  await loading
  return process
}

async function buys(world: World, process: Process, user: string, units = 1, key = "k1") {
  const answer = process.buy(user, units, key)
  await world.clock.settle()
  return answer
}

const release = (world: World, process: Process, revision: number) =>
  process.live.writer.commit(
    (sale) => FlashSale.release(sale, `${SALE_ID}-${revision}`, world.clock.now()),
    context,
  )

describe("a refusal", () => {
  it("is not said to a request that the log has accepted, however late this process hears of it *", async () => {
    const world = await saleWorld({ perUserLimit: 1 })
    const first = await opened(world)
    const lagging = await world.process(deaf)
    const answer = await buys(world, first, "ann")
    expect(answer).toMatchObject(accepted)
    expect(await buys(world, lagging, "ann")).toEqual(answer)
  })

  it("is not final while the gate lags this process's fold: the gate is told, and asked once more *", async () => {
    const world = await saleWorld({ stock: 1 })
    const notTelling = { gate: { apply: () => Promise.reject(new Error("cut off")) } }
    await opened(world)
    const first = await world.process(notTelling)
    const second = await world.process()
    expect(await buys(world, first, "ann")).toMatchObject(accepted)
    await release(world, first, 2)
    await world.clock.settle()
    expect(await world.gate.look(SALE_ID)).toMatchObject({ stock: 0 })
    expect(await buys(world, second, "bob")).toMatchObject(accepted)
    expect(await world.drift()).toBe(0)
  })

  it("is neither said nor waited for beyond the deadline while the log is silent", async () => {
    const world = await saleWorld({ stock: 1 })
    const first = await opened(world)
    let silent = false
    const readStream: typeof world.log.readStream = async function* (...args) {
      if (silent) await new Promise(() => {})
      yield* world.log.readStream(...args)
    }
    const lagging = await world.process({ store: { ...deaf.store, readStream } })
    expect(await buys(world, first, "ann")).toMatchObject(accepted)
    silent = true
    const answer = lagging.buy("bob")
    await world.clock.advance(800)
    expect(await answer).toEqual({ kind: "unavailable" })
  })

  it("that the log holds is said for ever; any other is judged afresh", async () => {
    const world = await saleWorld({ stock: 1 })
    const process = await opened(world)
    expect(await buys(world, process, "ann")).toMatchObject(accepted)
    expect(await buys(world, process, "bob")).toEqual(refused("sold_out"))
    await release(world, process, 2)
    await world.clock.advance(500)
    expect(await buys(world, process, "bob")).toMatchObject(accepted)
  })

  it("for too many of what is left does not make others hear that nothing is left", async () => {
    const world = await saleWorld({ stock: 1, perUserLimit: 5 })
    const process = await opened(world)
    expect(await buys(world, process, "ann", 2)).toEqual(refused("sold_out"))
    expect(await buys(world, process, "bob", 1)).toMatchObject(accepted)
  })
})

describe("the memory that a sale is sold out", () => {
  async function soldOut(tamper = {}) {
    const world = await saleWorld({ stock: 1 })
    const seller = await opened(world)
    const process = await world.process(tamper)
    expect(await buys(world, seller, "ann")).toMatchObject(accepted)
    return { world, seller, process }
  }

  it("answers a crowd without the gate, for T", async () => {
    let asked = 0
    const { world, seller } = await soldOut()
    const reserve = (...args: Parameters<typeof world.gate.reserve>) => {
      asked++
      return world.gate.reserve(...args)
    }
    const process = await world.process({ gate: { reserve } })
    for (let n = 0; n < 5; n++) expect(await buys(world, process, `u${n}`)).toEqual(refused("sold_out"))
    expect(asked).toBe(1)
    await world.clock.advance(250)
    expect(await buys(world, process, "late")).toEqual(refused("sold_out"))
    expect(asked).toBe(2)
    await seller.stop()
  })

  it("is renewed by one of the crowd, while the others are still answered from it", async () => {
    let asked = 0
    const { world, seller } = await soldOut()
    const reserve = (...args: Parameters<typeof world.gate.reserve>) => {
      asked++
      return world.gate.reserve(...args)
    }
    const process = await world.process({ gate: { reserve } })
    expect(await buys(world, process, "first")).toEqual(refused("sold_out"))
    for (let times = 1; times <= 4; times++) {
      await world.clock.advance(125)
      const crowd = Array.from({ length: 5 }, (_, n) => process.buy(`u${times}-${n}`))
      await world.clock.settle()
      expect(await Promise.all(crowd)).toEqual(Array(5).fill(refused("sold_out")))
      expect(asked).toBe(1 + times)
    }
    await seller.stop()
  })

  it("never hides an accepted request from its buyer *", async () => {
    const { world, seller } = await soldOut()
    expect(await buys(world, seller, "bob")).toEqual(refused("sold_out"))
    expect(await buys(world, seller, "ann")).toMatchObject(accepted)
  })

  it("is kept only by a process that has read up to the reply *", async () => {
    const { world, process } = await soldOut(deaf)
    expect(await buys(world, process, "bob")).toEqual(refused("sold_out"))
    expect(await buys(world, process, "ann")).toMatchObject(accepted)
  })

  it("lives from before the question, however slow the answer *", async () => {
    const world = await saleWorld({ stock: 1 })
    const seller = await opened(world)
    expect(await buys(world, seller, "ann")).toMatchObject(accepted)
    const slow = await world.process({
      gate: {
        async reserve(...args) {
          const reply = await world.gate.reserve(...args)
          await new Promise<void>((resolve) => world.clock.after(200, resolve))
          return reply
        },
      },
    })
    const bob = slow.buy("bob")
    await world.clock.advance(200)
    expect(await bob).toEqual(refused("sold_out"))
    expect(slow.live.soldOut.isValid(world.clock.elapsed() + 49, slow.live.sale.revision)).toBe(true)
    expect(slow.live.soldOut.isValid(world.clock.elapsed() + 50, slow.live.sale.revision)).toBe(false)
  })

  it("is not kept while a permit is under way that may come back *", async () => {
    const world = await saleWorld({ stock: 1 })
    await opened(world)
    const held = Promise.withResolvers<never>()
    const dying = await world.process({ store: { append: () => held.promise } })
    void dying.buy("ann")
    await world.clock.settle()
    const other = await world.process()
    expect(await buys(world, other, "bob")).toEqual(refused("sold_out"))
    expect(other.live.soldOut.isValid(world.clock.elapsed(), other.live.sale.revision)).toBe(false)
  })

  it("keeps every cup back until it is over: a returned one is granted after T, and the buyer waits for it *", async () => {
    const { world, seller } = await soldOut()
    expect(await buys(world, seller, "bob")).toEqual(refused("sold_out"))
    await release(world, seller, 2)
    await world.clock.settle()
    const other = await world.process()
    const carol = other.buy("carol")
    await world.clock.advance(249)
    expect(await Promise.race([carol, Promise.resolve("waiting")])).toBe("waiting")
    await world.clock.advance(10)
    expect(await carol).toMatchObject(accepted)
  })
})
