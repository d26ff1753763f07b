import type { FastifyBaseLogger } from "fastify"
import type { Registry } from "prom-client"
import { amongMany } from "./among-many.ts"
import type { LeaseOf } from "./commands/ports/leases.ts"
import type { MessageBroker } from "./commands/ports/message-broker.ts"
import type { Webhook } from "./commands/ports/webhook.ts"
import type { Role } from "./config.ts"
import { NOTIFY_USERS, notifying } from "./consumers/notify-users.ts"
import { startConsumers } from "./consumers/start.ts"
import { readCheckpoint, saveCheckpoint } from "./projections/checkpoint.ts"
import type { Db } from "./projections/database.ts"
import { dueOrders } from "./projections/due-orders.ts"
import { countFailures } from "./projections/metrics.ts"
import type { PositionWatch } from "./projections/position-watch.ts"
import { projected, READ_MODELS, startProjector } from "./projections/projector.ts"
import * as refunds from "./projections/refunds.ts"
import { alone, type Workers } from "./reactors/elected.ts"
import { policies, startReactors, startTimers, type WorkersDeps } from "./reactors/start.ts"
import { RELAY, relayed, startRelay } from "./relay/relay.ts"
import { measureProgress } from "./signals/progress.ts"

type MadeHere = "checkpoints" | "dueOrders" | "dueRefunds" | "onFailure" | "elect"

export interface WorkDeps extends Omit<WorkersDeps, MadeHere> {
  readonly db: Db
  readonly metrics: Registry
  readonly logger: FastifyBaseLogger
  /** Told how far the read models, and the notifications, are. */
  readonly readModels: PositionWatch
  readonly notifications: PositionWatch
  /** Says which of many processes does what; null when this is the only one. */
  readonly leaseOf: LeaseOf | null
  /** The way to other services, over which users are notified too; null when this process is all there is. */
  readonly broker: MessageBroker | null
  /** Who outside is told what users are told; null for nobody. */
  readonly webhook: Webhook | null
}

/** Starts what the process's roles do behind the API's back, each from its own durable state. */
export function startWorkers(roles: ReadonlySet<Role>, deps: WorkDeps): Workers {
  const { db, broker, logger, metrics } = deps
  const countFailure = countFailures(metrics)
  const elect = deps.leaseOf ? amongMany(deps.leaseOf, deps.clock, metrics) : alone
  const onFailure = (worker: string, err: unknown) => {
    countFailure(worker)
    logger.error({ err, worker }, "a worker could not do its work; it tries again")
  }
  const follows = (name: string, watch?: PositionWatch) => ({
    ...deps,
    onPassed: watch?.passed ?? (() => {}),
    onFailure: (err: unknown) => onFailure(name, err),
  })
  const working: WorkersDeps = {
    ...deps,
    checkpoints: {
      load: (name) => readCheckpoint(db, name),
      save: (name, position) => saveCheckpoint(db, name, position),
    },
    dueOrders: (nowMs, limit, last) => dueOrders(db, nowMs, limit, last),
    dueRefunds: (nowMs, limit) => refunds.due(db, nowMs, limit),
    onFailure,
    elect,
  }
  measureProgress(metrics, deps, [
    { name: READ_MODELS, filter: projected },
    { name: NOTIFY_USERS, filter: notifying },
    ...(broker ? [{ name: RELAY, filter: relayed }] : []),
    ...policies(working),
  ])
  const workers: Workers[] = []
  if (roles.has("projector"))
    workers.push(elect(READ_MODELS, () => startProjector(follows(READ_MODELS, deps.readModels))))
  if (roles.has("consumer")) workers.push(startConsumers({ ...deps, onFailure, elect }))
  if (roles.has("relay") && broker)
    workers.push(elect(RELAY, () => startRelay({ ...follows(RELAY), broker })))
  if (roles.has("reactor")) workers.push(startReactors(working))
  if (roles.has("timer")) workers.push(startTimers(working))
  return { stop: async () => void (await Promise.all(workers.map((worker) => worker.stop()))) }
}
