import * as FlashSale from "../../domain/flash-sale.ts"
import { sleep } from "../ports/clock.ts"
import { GateUnavailable, OVERDUE_MAX } from "../ports/gate.ts"
import type { SaleDeps } from "./deps.ts"
import type { Follower } from "./follower.ts"
import type { GatePusher } from "./gate-pusher.ts"
import type { GateRebuild } from "./gate-rebuild.ts"
import type { GateSight } from "./gate-sight.ts"
import type { Permits } from "./permits.ts"
import type { Writer } from "./writer.ts"

/** Most looks in a row, while each is full of overdue permits: after a crash there may be thousands. */
const LOOKS_IN_A_ROW = 50
/** A log that has not answered an append for so long counts as silent: nothing is settled meanwhile. */
const SILENT_MS = 1_000

interface Parts {
  readonly follower: Follower
  readonly writer: Writer
  readonly pusher: GatePusher
  readonly rebuild: GateRebuild
  readonly permits: Permits
  readonly sight: GateSight
}

/**
 * Looks at the sale's gate every second, jittered, until the sale is over for a while: here begin the settlement of
 * permits that nobody finished, the late push of events, and the rebuild of an idle sale.
 */
export async function watchGate(deps: SaleDeps, parts: Parts, signal: AbortSignal): Promise<void> {
  const { clock, gate, random, report, times } = deps
  const { sale } = parts.follower
  let laggingSinceMs: number | null = null

  while (!signal.aborted) {
    await sleep(clock, times.lookEveryMs * (0.8 + 0.4 * random()), signal)
    if (signal.aborted) return
    if (isOverFor(sale, clock.now(), times.afterEndMs)) {
      parts.sight.lost()
      await gate.retire(sale.id).catch((cause) => report("the gate of an ended sale stays", cause, sale.id))
      return
    }
    try {
      for (let looks = 0; looks < LOOKS_IN_A_ROW && (await look()) && !signal.aborted; ) looks += 1
    } catch (cause) {
      if (!(cause instanceof GateUnavailable))
        report("a look at the gate failed; the next one follows", cause, sale.id)
    }
  }

  /** Whether there may be more that is overdue. */
  async function look(): Promise<boolean> {
    const seen = await gate.look(sale.id).catch((cause) => {
      parts.sight.lost()
      throw cause
    })
    parts.sight.saw(seen)
    if (seen.kind === "not_loaded") {
      void parts.rebuild.ensureLoaded()
      return false
    }
    await parts.follower.upTo(seen.rev)
    parts.follower.gateHas(seen.rev)
    if (seen.epoch < sale.epoch || lagsTooLong(seen.rev)) await parts.pusher.push()
    if (parts.writer.silentMs() > SILENT_MS) return false
    await Promise.all(seen.overdue.map((permit) => parts.permits.settle(permit, seen.rev, parts.pusher.push)))
    return seen.overdue.length === OVERDUE_MAX
  }

  function lagsTooLong(gateRev: number): boolean {
    if (gateRev >= sale.revision) laggingSinceMs = null
    else laggingSinceMs ??= parts.follower.lastEventAtMs()
    return laggingSinceMs !== null && clock.elapsed() - laggingSinceMs >= times.gateLagMs
  }
}

/** Whether the sale was closed, or ended more than `forMs` ago: it is answered from the fold, without a gate. */
export const isOverFor = (sale: FlashSale.Sale, nowMs: number, forMs: number): boolean =>
  sale.closed || FlashSale.statusAt(sale, nowMs - forMs) === "ended"
