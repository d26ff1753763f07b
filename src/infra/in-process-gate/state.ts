import type { GateState, NotLoaded, Permit } from "../../commands/ports/gate.ts"

/** A loaded gate, as the three hashes of a sale hold it in Redis. */
export interface LoadedGate {
  epoch: number
  rev: number
  /** Below zero for a moment, after a cup was taken without a permit. */
  stock: number
  perUserLimit: number
  readonly orderMax: number
  startsAtMs: number
  endsAtMs: number
  paused: boolean
  closed: boolean
  /** No cup is granted before. */
  grantFromMs: number
  /** Units held or bought, for every user that has any. */
  readonly users: Map<string, number>
  readonly permits: Map<string, Permit>
  /** Units of all permits. */
  pendingUnits: number
  /** When a retired gate goes; null while its sale is open. */
  expiresAtMs: number | null
}

export const notLoaded: NotLoaded = { kind: "not_loaded" }

/** A reply: its word, where the gate stands, and what else belongs to it. */
export function reply<Kind extends string, More extends object>(
  kind: Kind,
  gate: LoadedGate,
  more: More,
): GateState & { readonly kind: Kind } & More {
  return { kind, epoch: gate.epoch, rev: gate.rev, stock: gate.stock, ...more }
}

/** The clock may have stepped back, so an instant in the future counts as now. */
export const permitAt = (permit: Permit, nowMs: number): Permit => ({
  ...permit,
  grantedAtMs: Math.min(permit.grantedAtMs, Math.floor(nowMs)),
})

export function count(gate: LoadedGate, userId: string, units: number): void {
  const total = (gate.users.get(userId) ?? 0) + units
  if (total === 0) gate.users.delete(userId)
  else gate.users.set(userId, total)
}

/** Takes a permit away; stock and user are the caller's to settle. */
export function removePermit(gate: LoadedGate, requestId: string): Permit | undefined {
  const permit = gate.permits.get(requestId)
  if (!permit) return undefined
  gate.permits.delete(requestId)
  gate.pendingUnits -= permit.quantity
  return permit
}

/** Takes a permit away and gives its cups back to the stock and to the user's limit. */
export function giveBack(gate: LoadedGate, requestId: string): boolean {
  const permit = removePermit(gate, requestId)
  if (!permit) return false
  gate.stock += permit.quantity
  count(gate, permit.userId, -permit.quantity)
  return true
}
