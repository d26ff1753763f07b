import type { LoadedGate } from "../../../src/infra/in-process-gate/state.ts"
import type { Ledger } from "./ledger.ts"
import { Violation } from "./violation.ts"

/**
 * I9: the gate says what the log says at the gate's own revision, once the permits under way are counted: cups, units of
 * each user, limit, pause and epoch.
 */
export function checkGate(gate: LoadedGate | null, ledger: Ledger, strictly: boolean): void {
  if (!gate) return
  if (strictly) checkOffer(gate, ledger)
  const entry = ledger.at(gate.rev)
  if (!entry) throw new Violation("I9 gate = log", `the gate is at ${gate.rev}, the log at ${ledger.head()}`)
  const units = new Map(entry.units)
  let pending = 0
  for (const { userId, quantity } of gate.permits.values()) {
    units.set(userId, (units.get(userId) ?? 0) + quantity)
    pending += quantity
  }
  const free = entry.capacity - entry.taken
  if (gate.stock + pending !== free || gate.pendingUnits !== pending)
    throw new Violation(
      "I9 gate = log",
      `${gate.stock} + ${pending} pending at ${gate.rev}, where ${free} are free`,
    )
  for (const userId of new Set([...units.keys(), ...gate.users.keys()])) {
    const [has, should] = [gate.users.get(userId) ?? 0, units.get(userId) ?? 0]
    if (has !== should)
      throw new Violation("I9 gate = log", `${userId} has ${has} at the gate instead of ${should}`)
  }
  const { epoch, paused, perUserLimit } = gate
  if (epoch !== entry.epoch || paused !== entry.paused || perUserLimit !== entry.perUserLimit)
    throw new Violation(
      "I9 gate = log",
      `epoch ${epoch}, paused ${paused}, limit ${perUserLimit} at ${gate.rev}`,
    )
}

/** What the log has sold by a permit is not offered again: the gate has heard of it, or holds its permit still. */
function checkOffer({ rev, permits }: LoadedGate, ledger: Ledger): void {
  for (let at = rev + 1; at <= ledger.head(); at++) {
    const { soldTo } = ledger.at(at)!
    if (soldTo !== null && !permits.has(soldTo))
      throw new Violation(
        "no sold cup is offered again",
        `${soldTo} has it since ${at}, the gate is at ${rev}`,
      )
  }
}
