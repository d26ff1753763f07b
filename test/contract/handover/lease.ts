import { randomUUID } from "node:crypto"
import { expect, it } from "vitest"
import type { HandoverWorld } from "./world.ts"

export function leaseContract(world: () => HandoverWorld): void {
  it("is one process's for a sale, until it gives it up", async () => {
    const sale = randomUUID()
    const [mine, theirs] = [world().first.leaseOf(sale), world().second.leaseOf(sale)]
    expect(await mine.claim()).toBe("mine")
    expect(await theirs.claim()).toBe("taken")
    expect(await world().second.leaseOf(randomUUID()).claim()).toBe("mine")
    await mine.release()
    expect(await theirs.claim()).toBe("mine")
  })
}
