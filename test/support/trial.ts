import { expect } from "vitest"
import { eventually, openSale } from "./buyer.ts"
import { type Load, startLoad, type Told } from "./load.ts"
import { BACK_MS, sellsAgain } from "./recovery.ts"
import { proveAtRest, sellOut } from "./rest.ts"
import type { World } from "./world.ts"

const STOCK = 1_000_000
const AT_ONCE = 40
const LEFT = 60
/** Orders before the fault, and after the return from it. */
const ORDERS = 100

export interface Trial {
  readonly name: string
  /** Does harm and undoes it; the time of the return begins when it resolves. */
  readonly fault: (saleId: string) => Promise<unknown>
  /** Longest until every API process sells again, in milliseconds. */
  readonly backMs?: number
}

/**
 * One fault under load, from outside: a sale with buyers, payments and cancellations, the fault, the return by itself,
 * and at rest the proof that nothing was lost, sold twice or left over. Prints how long the return took.
 */
export async function endure(world: World, trial: Trial): Promise<void> {
  const terms = { stock: STOCK, perUserLimit: 2 }
  const saleId = await openSale(world.apis[0]!, world.token("boss", "admin"), terms)
  const load = startLoad(world, saleId, AT_ONCE)
  const firsts = await harm(world, saleId, load, trial).finally(load.stop)
  const restMs = performance.now()
  await proveAtRest(world, saleId, [...load.told, ...firsts])
  const tookMs = performance.now() - restMs
  console.log(`${trial.name}: log, gate and read models agree ${tookMs.toFixed(0)} ms after the load`)
  await sellOut(world, saleId, LEFT)
}

/** The fault while the load goes on, until every API process has sold again; returns these first orders. */
async function harm(world: World, saleId: string, load: Load, trial: Trial): Promise<readonly Told[]> {
  const more = async () => {
    const wanted = load.told.length + ORDERS
    await eventually(
      async () => load.told.length,
      (orders) => orders >= wanted,
      BACK_MS,
    )
  }
  await more()
  await trial.fault(saleId)
  const { firsts, tookMs } = await sellsAgain(world, saleId, "first")
  console.log(`${trial.name}: sells again after ${tookMs.toFixed(0)} ms`)
  expect(tookMs).toBeLessThan(trial.backMs ?? BACK_MS)
  await more()
  return firsts
}
