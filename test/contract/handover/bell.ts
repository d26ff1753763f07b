import { randomUUID } from "node:crypto"
import { expect, it } from "vitest"
import type { Handover } from "../../../src/commands/ports/handover.ts"
import { eventually } from "../../support/buyer.ts"
import type { HandoverWorld } from "./world.ts"

/** What a process has heard of a sale, `bell` and text, and how it stops. */
function hearing(process: Handover, saleId: string) {
  const rang: string[] = []
  const told: string[] = []
  const stop = process.listen(saleId, {
    rang: (name) => void rang.push(name),
    told: (text) => void told.push(text),
  })
  return { rang, told, stop }
}

/** Rings until both have heard it: whoever has just begun to listen may miss the first. */
async function bothHear({ first, second }: HandoverWorld, saleId: string) {
  const [one, two] = [hearing(first, saleId), hearing(second, saleId)]
  await eventually(
    () => first.offer(saleId, ["a"]),
    () => one.rang.length > 0 && two.rang.length > 0,
  )
  return [one, two] as const
}

export function bellContract(world: () => HandoverWorld): void {
  it("is heard by every process that listens for this sale, until it stops, and says who rang", async () => {
    const { first, second } = world()
    const sale = randomUUID()
    const other = hearing(second, randomUUID())
    const [one, two] = await bothHear(world(), sale)
    one.stop()
    one.rang.length = 0
    await second.offer(sale, ["b"])
    // A ring of the first may still be on its way.
    await eventually(
      async () => new Set(two.rang),
      (names) => names.size === 2,
    )
    expect([one.rang, other.rang]).toEqual([[], []])
    two.stop()
    other.stop()
    await first.take(sale, 500)
  })

  it("leads back: who rang is told, of this sale, and nobody else", async () => {
    const { first, second } = world()
    const sale = randomUUID()
    const [one, two] = await bothHear(world(), sale)
    const other = hearing(first, randomUUID())
    const name = two.rang[0]!
    second.tell([name], sale, "élan 1")
    second.tell([name, "nobody"], sale, "2 and more")
    await eventually(
      async () => one.told,
      (texts) => texts.length === 2,
    )
    expect(one.told).toEqual(["élan 1", "2 and more"])
    expect([two.told, other.told]).toEqual([[], []])
    for (const { stop } of [one, two, other]) stop()
  })
}
