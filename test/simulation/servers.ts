import type { Gate } from "../../src/commands/ports/gate.ts"
import type { SaleTimes } from "../../src/commands/sale/deps.ts"
import type { RecordedEvent } from "../../src/domain/event.ts"
import type { LoadedGate } from "../../src/infra/in-process-gate/state.ts"
import { createHandovers, type Handovers } from "./handover.ts"
import { createLeases, type Leases } from "./leases.ts"
import { createLogServer, type LogServer } from "./log.ts"
import type { NodeDeps } from "./node.ts"
import type { Plan } from "./plan.ts"
import { createProvider, type Provider } from "./provider.ts"
import { drawOf, type Random } from "./random.ts"
import { readSideOf } from "./read-side.ts"
import { createRedis, type RedisServer } from "./redis.ts"
import type { Rows } from "./rows.ts"
import type { Owner, Timeline } from "./timeline.ts"
import { createWire, type Weather, type WireDeps } from "./wire.ts"

export interface ServersDeps extends Omit<WireDeps, "draw"> {
  readonly plan: Plan
  readonly rows: Rows
  readonly timeline: Timeline
  readonly random: Random
  readonly times: SaleTimes
  readonly weather: () => Weather
  readonly isCalm: () => boolean
  readonly onAppended: (event: RecordedEvent) => void
  readonly onGateReply: (verb: keyof Gate, word: string, before: LoadedGate | null) => void
}

/** All that outlives processes. */
export interface Servers {
  readonly server: LogServer
  readonly redis: RedisServer
  readonly handovers: Handovers
  readonly leases: Leases
  readonly provider: Provider
  /** The ports to all of them as a process has them. */
  readonly serversOf: NodeDeps["serversOf"]
}

export function createServers(deps: ServersDeps): Servers {
  const { plan, timeline, random, weather, isCalm } = deps
  const draw = drawOf(random.fork("servers"))
  const wire = createWire({ ...deps, draw })
  const readSide = readSideOf(wire, deps.rows)
  const server = createLogServer({
    ...{ timeline, wire, weather, draw },
    onAppended(event) {
      const lagMs = draw(`row of ${event.type}`).between(0, isCalm() ? 5 : plan.readLagMs)
      timeline.after(lagMs, null, () => deps.rows.project(event))
      deps.onAppended(event)
    },
  })
  const { nowMs } = timeline
  const redis = createRedis({ wire, nowMs, times: deps.times, onReply: deps.onGateReply })
  const doubled = () => weather().gate.late
  const handovers = createHandovers(wire, { timeline, draw, doubled })
  const leases = createLeases(wire, nowMs)
  const provider = createProvider(wire)
  const serversOf = (owner: Owner) => ({
    store: server.storeOf(owner),
    gate: redis.gateOf(owner),
    handover: plan.handsOver ? handovers.handoverOf(owner) : null,
    gateway: provider.gatewayOf(owner),
    leaseOf: plan.elected ? leases.leaseOf(owner) : null,
    db: deps.rows.db,
    ...readSide(owner),
  })
  return { server, redis, handovers, leases, provider, serversOf }
}
