import type { ReserveReply, ReserveRequest } from "../../commands/ports/gate.ts"
import { count, type LoadedGate, permitAt, reply } from "./state.ts"

/** As `lua/reserve.lua`: the same checks in the same order. */
export function reserve(
  gate: LoadedGate,
  request: ReserveRequest,
  nowMs: number,
  soldOutMemoryMs: number,
): ReserveReply {
  const { requestId, userId, quantity, payloadHash } = request
  const permit = gate.permits.get(requestId)
  if (permit) {
    if (permit.payloadHash !== payloadHash) return reply("request_conflict", gate, {})
    return reply("pending", gate, { permit: permitAt(permit, nowMs) })
  }

  if (gate.closed || nowMs < gate.startsAtMs || nowMs >= gate.endsAtMs)
    return reply("sale_not_open", gate, {})
  if (gate.paused) return reply("sale_paused", gate, {})
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > gate.orderMax) {
    return reply("invalid_quantity", gate, {})
  }
  if ((gate.users.get(userId) ?? 0) + quantity > gate.perUserLimit) return reply("limit_exceeded", gate, {})

  if (gate.stock < quantity) {
    const permitsPending = gate.permits.size > 0
    // This reply may be remembered for T: no cup is granted until every such memory is over.
    if (gate.stock === 0 && !permitsPending) gate.grantFromMs = nowMs + soldOutMemoryMs
    return reply("sold_out", gate, { permitsPending })
  }

  if (nowMs < gate.grantFromMs) {
    // Further ahead than T is possible only if the clock stepped back.
    gate.grantFromMs = Math.min(gate.grantFromMs, nowMs + soldOutMemoryMs)
    return reply("wait", gate, { waitMs: Math.ceil(gate.grantFromMs - nowMs) })
  }

  const grantedAtMs = Math.floor(nowMs)
  gate.stock -= quantity
  gate.pendingUnits += quantity
  count(gate, userId, quantity)
  gate.permits.set(requestId, { requestId, userId, quantity, payloadHash, grantedAtMs })
  return reply("granted", gate, { grantedAtMs })
}
