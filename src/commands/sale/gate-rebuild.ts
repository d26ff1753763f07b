import { accept } from "../../domain/decision.ts"
import * as FlashSale from "../../domain/flash-sale.ts"
import { sleep } from "../ports/clock.ts"
import type { SaleDeps } from "./deps.ts"
import type { Follower } from "./follower.ts"
import { gateImageOf } from "./gate-change.ts"
import type { Writer } from "./writer.ts"

const RENEW_EVERY_MS = 1_000
const BACKOFF_MIN_MS = 100
const BACKOFF_MAX_MS = 400

export interface GateRebuild {
  /**
   * Resolves once the gate is loaded under an epoch not older than the fold's. Concurrent callers share one
   * rebuild, which goes on until it has succeeded or the sale is let go; it needs no operator.
   */
  ensureLoaded(): Promise<void>
}

/**
 * Loss of the gate, and its first load: claim, fence (`GateOpened`, which voids every permit under way), image from
 * the fold at the fence or later, load if the claim is still ours and the server's run is unchanged, else start over.
 */
export function createGateRebuild(
  deps: SaleDeps,
  follower: Follower,
  writer: Writer,
  signal: AbortSignal,
): GateRebuild {
  const { gate, clock, newId, random, report } = deps
  const { sale } = follower
  let rebuilding: Promise<void> | null = null

  async function rebuild(): Promise<void> {
    // One for all attempts: a claim that the last one left behind is still ours, and nobody waits for its end.
    const token = newId()
    for (
      let backoffMs = BACKOFF_MIN_MS;
      !signal.aborted;
      backoffMs = Math.min(2 * backoffMs, BACKOFF_MAX_MS)
    ) {
      try {
        if (await attempt(token)) return
      } catch (cause) {
        report("the gate could not be loaded; trying again", cause, sale.id)
      }
      await sleep(clock, backoffMs * (0.5 + random() / 2), signal)
    }
  }

  /** One try; false when another process has the claim or ours was lost. */
  async function attempt(token: string): Promise<boolean> {
    const claim = await gate.claim(sale.id, token, sale.epoch)
    if (claim.kind === "busy") return false
    if (claim.kind === "loaded") {
      await follower.upTo(claim.rev)
      return true
    }
    const stopRenewing = keepClaim(token)
    try {
      const context = { actor: "system:gate", correlationId: token, causationId: token }
      const fence = await writer.commit((draft) => accept(FlashSale.openGate(draft)), context)
      if (!fence.ok) return false
      return (await gate.load(sale.id, token, claim.run, gateImageOf(sale))) === "loaded"
    } finally {
      stopRenewing()
    }
  }

  function keepClaim(token: string): () => void {
    let cancel = clock.after(RENEW_EVERY_MS, renew)
    function renew(): void {
      cancel = clock.after(RENEW_EVERY_MS, renew)
      gate
        .renew(sale.id, token)
        .catch((cause) => report("the claim to rebuild was not renewed", cause, sale.id))
    }
    return () => cancel()
  }

  return {
    ensureLoaded() {
      rebuilding ??= rebuild().finally(() => {
        rebuilding = null
      })
      return rebuilding
    },
  }
}
