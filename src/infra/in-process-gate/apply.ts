import type { ApplyReply, GateChange } from "../../commands/ports/gate.ts"
import { count, giveBack, type LoadedGate, notLoaded, removePermit, reply } from "./state.ts"

/** As `lua/apply.lua`. After `not_loaded` the caller forgets the gate: a newer epoch was opened. */
export function apply(gate: LoadedGate, firstRev: number, changes: readonly GateChange[]): ApplyReply {
  if (firstRev > gate.rev + 1) return reply("gap", gate, {})
  for (const change of changes.slice(gate.rev + 1 - firstRev)) {
    if (change.kind === "gate_opened" && change.epoch > gate.epoch) return notLoaded
    applyOne(gate, change)
    gate.rev += 1
  }
  return reply("applied", gate, {})
}

function applyOne(gate: LoadedGate, change: GateChange): void {
  switch (change.kind) {
    case "reserved": {
      // Usually the permit is here and the cup taken already; without one, stock and user are counted now.
      const taken = removePermit(gate, change.requestId)?.quantity ?? 0
      gate.stock += taken - change.quantity
      count(gate, change.userId, change.quantity - taken)
      return
    }
    case "refused":
      giveBack(gate, change.requestId)
      return
    case "released":
      gate.stock += change.quantity
      count(gate, change.userId, -change.quantity)
      return
    case "adjusted":
      gate.stock += change.delta
      return
    case "changed":
      gate.stock += change.stockDelta
      gate.perUserLimit = change.perUserLimit
      gate.startsAtMs = change.startsAtMs
      gate.endsAtMs = change.endsAtMs
      return
    case "paused":
      gate.paused = true
      return
    case "resumed":
      gate.paused = false
      return
    case "closed":
      gate.closed = true
      return
    case "none":
    case "gate_opened":
      return
  }
}
