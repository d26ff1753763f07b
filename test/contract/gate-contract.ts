import { afterAll, beforeAll } from "vitest"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { applyContract } from "./gate/apply.ts"
import { claimContract } from "./gate/claim.ts"
import { dropContract } from "./gate/drop.ts"
import { findContract } from "./gate/find.ts"
import { loadContract } from "./gate/load.ts"
import { lookContract } from "./gate/look.ts"
import { lossContract } from "./gate/loss.ts"
import { renewContract } from "./gate/renew.ts"
import { reserveContract } from "./gate/reserve.ts"
import { retireContract } from "./gate/retire.ts"
import type { GateWorld } from "./gate/world.ts"

/** What every gate answers, whatever holds it. `open` is called once; every test has a sale of its own. */
export function gateContract(open: () => Promise<GateWorld>): void {
  let opened: GateWorld
  const world = () => opened
  beforeAll(async () => {
    opened = await open()
  }, SERVER_START_TIMEOUT_MS)
  afterAll(() => opened?.close())

  reserveContract(world)
  applyContract(world)
  dropContract(world)
  claimContract(world)
  renewContract(world)
  loadContract(world)
  lookContract(world)
  findContract(world)
  retireContract(world)
  lossContract(world)
}
