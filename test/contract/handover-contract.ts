import { afterAll, beforeAll, describe } from "vitest"
import { bellContract } from "./handover/bell.ts"
import { leaseContract } from "./handover/lease.ts"
import { offerContract } from "./handover/offer.ts"
import { takeContract } from "./handover/take.ts"
import type { HandoverWorld } from "./handover/world.ts"

/** What every handover does; run against each implementation of the port. */
export function handoverContract(open: () => Promise<HandoverWorld>): void {
  let world: HandoverWorld
  beforeAll(async () => {
    world = await open()
  })
  afterAll(() => world.close())
  const opened = () => world

  describe("offer", () => offerContract(opened))
  describe("take", () => takeContract(opened))
  describe("the bell", () => bellContract(opened))
  describe("the lease", () => leaseContract(opened))
}
