import { randomBytes } from "node:crypto"
import { setImmediate as turn } from "node:timers/promises"
import { type Gate, type GateImage, type GateTimes, OVERDUE_MAX } from "../commands/ports/gate.ts"
import { apply } from "./in-process-gate/apply.ts"
import { reserve } from "./in-process-gate/reserve.ts"
import { giveBack, type LoadedGate, notLoaded, permitAt, reply } from "./in-process-gate/state.ts"

const RETIRED_MS = 24 * 60 * 60 * 1_000
const USERS_PER_TURN = 2_000

type MadeByLoad = "permits" | "pendingUnits" | "grantFromMs" | "expiresAtMs"

interface Claim {
  readonly token: string
  readonly untilMs: number
}

/** All that a gate's server keeps, by sale; apart from the rules, so that a simulation can lose some of it. */
export interface GateMemory {
  /** Of the server: another after each restart. */
  run: string
  readonly gates: Map<string, LoadedGate>
  readonly claims: Map<string, Claim>
}

const emptyMemory = (): GateMemory => ({
  run: randomBytes(20).toString("hex"),
  gates: new Map(),
  claims: new Map(),
})

/**
 * The gate of the embedded profile, in this process's memory. It begins empty under a run of its own, and answers
 * word for word as the scripts in `lua/` do: one contract suite and one model hold both to the same behaviour.
 * `now` is in milliseconds since the Unix epoch.
 */
export function createInProcessGate({
  now,
  times,
  memory = emptyMemory(),
}: {
  now: () => number
  times: GateTimes
  memory?: GateMemory
}): Gate {
  const { gates, claims } = memory

  function loaded(saleId: string): LoadedGate | undefined {
    const gate = gates.get(saleId)
    if (gate === undefined || gate.expiresAtMs === null || now() < gate.expiresAtMs) return gate
    gates.delete(saleId)
    return undefined
  }

  function ownerOf(saleId: string): string | undefined {
    const claim = claims.get(saleId)
    if (claim === undefined || now() < claim.untilMs) return claim?.token
    claims.delete(saleId)
    return undefined
  }

  const keepClaim = (saleId: string, token: string) =>
    claims.set(saleId, { token, untilMs: now() + times.claimMs })

  return {
    async reserve(saleId, request) {
      const gate = loaded(saleId)
      return gate ? reserve(gate, request, now(), times.soldOutMemoryMs) : notLoaded
    },

    async apply(saleId, firstRev, changes) {
      const gate = loaded(saleId)
      if (!gate) return notLoaded
      const applied = apply(gate, firstRev, changes)
      if (applied.kind === "not_loaded") gates.delete(saleId)
      return applied
    },

    async drop(saleId, requestId, outcomeRev) {
      const gate = loaded(saleId)
      if (!gate) return notLoaded
      if (!gate.permits.has(requestId)) return reply("absent", gate, {})
      if (gate.rev < outcomeRev) return reply("behind", gate, {})
      giveBack(gate, requestId)
      return reply("dropped", gate, {})
    },

    async claim(saleId, token, epoch) {
      const gate = loaded(saleId)
      if (gate && gate.epoch >= epoch) return reply("loaded", gate, {})
      const owner = ownerOf(saleId)
      if (owner !== undefined && owner !== token) return { kind: "busy" }
      keepClaim(saleId, token)
      return { kind: "claimed", run: memory.run }
    },

    async renew(saleId, token) {
      if (ownerOf(saleId) !== token) return false
      keepClaim(saleId, token)
      return true
    },

    async load(saleId, token, claimedRun, image) {
      const users = await inTurns(image.users)
      if (ownerOf(saleId) !== token || claimedRun !== memory.run) return "lost"
      gates.set(saleId, fromImage({ ...image, users }, now() + times.soldOutMemoryMs))
      claims.delete(saleId)
      return "loaded"
    },

    async look(saleId) {
      const gate = loaded(saleId)
      if (!gate) return notLoaded
      const nowMs = now()
      const overdue = [...gate.permits.values()]
        .map((permit) => permitAt(permit, nowMs))
        .filter((permit) => nowMs - permit.grantedAtMs > times.graceMs)
        .slice(0, OVERDUE_MAX)
      const { paused, closed, permits, pendingUnits } = gate
      return reply("loaded", gate, { paused, closed, permits: permits.size, pendingUnits, overdue })
    },

    async find(saleId, requestId) {
      const gate = loaded(saleId)
      if (!gate) return notLoaded
      const permit = gate.permits.get(requestId)
      return permit ? reply("pending", gate, { permit: permitAt(permit, now()) }) : reply("absent", gate, {})
    },

    async retire(saleId) {
      const gate = loaded(saleId)
      if (gate) gate.expiresAtMs = now() + RETIRED_MS
      for (const id of [...gates.keys()]) loaded(id)
    },

    async close() {
      gates.clear()
      claims.clear()
    },
  }
}

/** The users of an image. Very many are not taken at once: whoever else waits for this process has a turn in between. */
async function inTurns(users: GateImage["users"]): Promise<Map<string, number>> {
  const taken = new Map<string, number>()
  for (const [userId, units] of users) {
    taken.set(userId, units)
    if (taken.size % USERS_PER_TURN === 0) await turn()
  }
  return taken
}

function fromImage(image: Omit<LoadedGate, MadeByLoad>, grantFromMs: number): LoadedGate {
  return {
    ...image,
    permits: new Map(),
    pendingUnits: 0,
    // A process may remember "sold out" from before the loss; before the first epoch there was nothing to remember.
    grantFromMs: image.epoch === 1 ? 0 : grantFromMs,
    expiresAtMs: null,
  }
}
