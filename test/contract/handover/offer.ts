import { randomUUID } from "node:crypto"
import { expect, it } from "vitest"
import type { HandoverWorld } from "./world.ts"

export function offerContract(world: () => HandoverWorld): void {
  it("takes nothing of an offer for which it is too long already", async () => {
    const sale = randomUUID()
    const many = Array.from({ length: 500 }, (_, n) => `${n}`)
    for (let n = 0; n < 19; n++) expect(await world().first.offer(sale, many)).toBe(true)
    expect(await world().first.offer(sale, [...many, "more"])).toBe(false)
    expect(await world().first.offer(sale, many)).toBe(true)
    expect(await world().second.offer(sale, ["one"])).toBe(false)
    expect(await world().second.take(sale, 500)).toEqual(many)
    expect(await world().second.offer(sale, ["one"])).toBe(true)
  })
}
