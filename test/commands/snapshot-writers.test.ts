import { describe, expect, it } from "vitest"
import { sleep } from "../../src/commands/ports/clock.ts"
import type * as FlashSale from "../../src/domain/flash-sale.ts"
import {
  EVERY,
  fromStart,
  goOn,
  joining,
  keeper,
  sell,
  storedIn,
  worldOf,
} from "../support/snapshot-world.ts"

describe("several processes that keep snapshots", () => {
  it("write each once", async () => {
    const world = await worldOf(1_250)
    const processes = [await keeper(world), await keeper(world), await keeper(world)]
    await goOn(world, ...processes)
    await sell(world, EVERY)
    await goOn(world, ...processes)
    const parts = storedIn(world).map(({ data }) => data as FlashSale.SnapshotPart)
    expect(parts.map(({ after, part }) => [after, part])).toEqual([
      [-1, 0],
      [-1, 1],
      [-1, 2],
      [1_250, 0],
    ])
    expect(await joining(world)).toEqual({ content: fromStart(world), from: 1_261 })
  })

  it("go on when one of them dies in the middle", async () => {
    const world = await worldOf(1_250)
    let appends = 0
    const dying = await keeper(world, {
      store: {
        append: async (...args) => {
          if (++appends > 1) return new Promise(() => {})
          return world.log.append(...args)
        },
      },
    })
    await goOn(world, dying)
    expect(storedIn(world)).toHaveLength(1)
    dying.stop()
    await goOn(world, await keeper(world))
    expect(storedIn(world)).toHaveLength(4)
    expect(await joining(world)).toEqual({ content: fromStart(world), from: 1_251 })
  })

  it("leave one that is under way alone", async () => {
    const world = await worldOf(1_250)
    const slow = await keeper(world, {
      store: {
        async append(...args) {
          await sleep(world.clock, 900)
          return world.log.append(...args)
        },
      },
    })
    await world.clock.advance(1_950)
    expect(storedIn(world)).toHaveLength(1)
    await goOn(world, slow, await keeper(world))
    expect(storedIn(world)).toHaveLength(3)
  })

  it("do not disturb each other, whoever is slow", async () => {
    const world = await worldOf(1_250)
    const held = Promise.withResolvers<void>()
    let appends = 0
    const slow = await keeper(world, {
      store: {
        append: async (...args) => {
          if (++appends === 2) await held.promise
          return world.log.append(...args)
        },
      },
    })
    await goOn(world, slow)
    await goOn(world, await keeper(world))
    held.resolve()
    await goOn(world, slow)
    expect(storedIn(world)).toHaveLength(4)
    await sell(world, EVERY)
    await goOn(world, slow)
    expect(storedIn(world)).toHaveLength(5)
    expect(await joining(world)).toEqual({ content: fromStart(world), from: 1_261 })
  })
})
