import { randomUUID } from "node:crypto"
import { expect, it } from "vitest"
import { eventually } from "../../support/buyer.ts"
import type { HandoverWorld } from "./world.ts"

export function bellContract(world: () => HandoverWorld): void {
  it("is heard by every process that listens for this sale, until it stops", async () => {
    const { first, second } = world()
    const sale = randomUUID()
    const heard: string[] = []
    const stop = [
      first.onBell(sale, () => heard.push("first")),
      second.onBell(sale, () => heard.push("second")),
    ]
    const other = second.onBell(randomUUID(), () => heard.push("other"))
    await eventually(
      async () => {
        await first.offer(sale, ["a"])
        return new Set(heard)
      },
      (who) => who.has("first") && who.has("second"),
    )
    stop[0]!()
    heard.length = 0
    await first.offer(sale, ["b"])
    await eventually(
      async () => heard,
      (who) => who.length > 0,
    )
    expect(new Set(heard)).toEqual(new Set(["second"]))
    stop[1]!()
    other()
  })
}
