import { randomUUID } from "node:crypto"
import { expect, it } from "vitest"
import type { HandoverWorld } from "./world.ts"

export function takeContract(world: () => HandoverWorld): void {
  it("gives what was laid there, the oldest first, to whoever takes, once", async () => {
    const { first, second } = world()
    const sale = randomUUID()
    expect(await first.take(sale, 5)).toEqual([])
    expect(await first.offer(sale, ["a", "b"])).toBe(true)
    expect(await second.offer(sale, ["c", '{"d":"é"}'])).toBe(true)
    expect(await second.take(sale, 3)).toEqual(["a", "b", "c"])
    expect(await first.take(sale, 3)).toEqual(['{"d":"é"}'])
    expect(await second.take(sale, 3)).toEqual([])
  })

  it("is of one sale", async () => {
    const [sale, other] = [randomUUID(), randomUUID()]
    await world().first.offer(sale, ["a"])
    expect(await world().first.take(other, 1)).toEqual([])
    expect(await world().first.take(sale, 1)).toEqual(["a"])
  })
}
