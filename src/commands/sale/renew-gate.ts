import { accept } from "../../domain/decision.ts"
import * as FlashSale from "../../domain/flash-sale.ts"
import type { SaleDeps } from "./deps.ts"
import { createFollower } from "./follower.ts"
import { createGateRebuild } from "./gate-rebuild.ts"
import { createSnapshots } from "./snapshots.ts"
import { createWriter } from "./writer.ts"

/**
 * Loads the sale's gate anew, also one that counts as loaded: a fence in the log makes it too old for everybody, and
 * the usual rebuild follows, here or in a process that was faster. Permits under way become void and are asked for
 * again by those who hold them. False for a sale that does not exist. Throws `EventStoreUnavailable`; goes on until
 * the gate is loaded or `signal` aborts.
 */
export async function renewGate(deps: SaleDeps, saleId: string, signal: AbortSignal): Promise<boolean> {
  const sale = await createSnapshots(deps, saleId).join()
  if (!sale) return false
  const follower = createFollower(sale, deps.store, deps.clock)
  await follower.catchUp()
  const writer = createWriter(deps, follower, signal, () => {})
  const id = deps.newId()
  const context = { actor: "operator:gate", correlationId: id, causationId: id }
  await writer.commit((sale) => accept(FlashSale.openGate(sale)), context)
  await createGateRebuild(deps, follower, writer, signal).ensureLoaded()
  signal.throwIfAborted()
  return true
}
