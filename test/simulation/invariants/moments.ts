import type { LiveSale } from "../../../src/commands/sale/live-sale.ts"
import type { LoadedGate } from "../../../src/infra/in-process-gate/state.ts"
import type { Ledger } from "./ledger.ts"
import { Violation } from "./violation.ts"

// What must hold at the very moment of a gate's reply.

/** Nobody is given the claim of a gate that is loaded under the newest epoch: each rebuild voids what is under way. */
export function claimed(gate: LoadedGate | null, ledger: Ledger): void {
  if (gate && gate.epoch === ledger.at(ledger.head())?.epoch)
    throw new Violation(
      "no rebuild of a loaded gate",
      `epoch ${gate.epoch} is loaded, and its claim was given`,
    )
}

/** A loaded gate is replaced by one of a newer epoch only: its permits must be void before they are forgotten. */
export function replaced(before: LoadedGate | null, after: LoadedGate | null): void {
  if (before && after && before.epoch >= after.epoch)
    throw new Violation("no loaded gate is replaced", `epoch ${before.epoch}, by epoch ${after.epoch}`)
}

/** No cup is granted while a process remembers that the sale is sold out. */
export function granted(nowMs: number, remembering: Iterable<LiveSale>): void {
  for (const { soldOut, sale } of remembering)
    if (soldOut.isValid(nowMs, sale.revision))
      throw new Violation(
        "no grant beside a sold-out memory",
        `a process at ${sale.revision} still says sold out`,
      )
}
