import type { FastifyBaseLogger, FastifyInstance } from "fastify"
import { CODE_VERSION } from "./commands/context.ts"
import { type Clock, within } from "./commands/ports/clock.ts"
import type { EventStore } from "./commands/ports/event-store.ts"
import type { Gate } from "./commands/ports/gate.ts"
import type { Handover } from "./commands/ports/handover.ts"
import type { LeaseOf } from "./commands/ports/leases.ts"
import type { MessageBroker } from "./commands/ports/message-broker.ts"
import type { VerifiedNotification } from "./commands/ports/payment-gateway.ts"
import type { Webhook } from "./commands/ports/webhook.ts"
import { cancellationCommands } from "./commands/routes/cancellations.ts"
import { dishCommands } from "./commands/routes/dishes.ts"
import { flashSaleCommands } from "./commands/routes/flash-sales.ts"
import { orderCommands } from "./commands/routes/orders.ts"
import { paymentCommands } from "./commands/routes/payments.ts"
import type { SaleDeps, SaleTimes } from "./commands/sale/deps.ts"
import { createLiveSales, LIVE_MAX, type LiveSales } from "./commands/sale/live-sales.ts"
import { countTroubles, measureSales, observeGroups } from "./commands/sale/metrics.ts"
import type { Role } from "./config.ts"
import { NOTIFY_USERS } from "./consumers/notify-users.ts"
import { buildApp } from "./http/app.ts"
import { type LoginProvider, login } from "./http/login.ts"
import { createMetrics } from "./http/metrics.ts"
import { refuseUntil } from "./http/not-yet.ts"
import { jwtSigner, jwtVerifier } from "./infra/jwt.ts"
import { newId } from "./infra/new-id.ts"
import { createPaymentSimulator } from "./infra/payment-simulator.ts"
import { readCheckpoint } from "./projections/checkpoint.ts"
import type { Db } from "./projections/database.ts"
import { watchPosition } from "./projections/position-watch.ts"
import { READ_MODELS } from "./projections/projector.ts"
import { dishQueries } from "./projections/routes/dishes.ts"
import { flashSaleQueries } from "./projections/routes/flash-sales.ts"
import { notificationQueries } from "./projections/routes/notifications.ts"
import { orderQueries } from "./projections/routes/orders.ts"
import { paymentQueries } from "./projections/routes/payments.ts"
import * as saleModel from "./projections/sales.ts"
import type { Workers } from "./reactors/elected.ts"
import { startWorkers } from "./workers.ts"

/**
 * How long a start waits for the read models, and for them and the open sales together; beyond it the process serves, and
 * they follow when they can. Under a crowd, which is served meanwhile, they may take very long.
 */
const CATCH_UP_MS = 4_000
const PREPARE_MS = 6_000

/** The adapters of a profile; their servers may still be starting. */
export interface Adapters {
  readonly store: EventStore
  readonly gate: Gate
  readonly db: Db
  readonly clock: Clock
  readonly loginProvider: LoginProvider
  readonly jwtSecret: string
  readonly times: SaleTimes
  readonly logger: FastifyBaseLogger
  /** The way to the process that writes on a sale's stream; null when there is one process only. */
  readonly handover: Handover | null
  /** Says which of many processes does what; null when there is one process only. */
  readonly leaseOf: LeaseOf | null
  /** The way to other services; null when this process is all there is. */
  readonly broker: MessageBroker | null
  /** Who outside is told what users are told; null for nobody. */
  readonly webhook: Webhook | null
}

export interface Assembled {
  readonly app: FastifyInstance
  readonly saleDeps: SaleDeps
  readonly sales: LiveSales
  /** Begins to work: the servers are there, and the tables are migrated. Till then the API answers 503. */
  begin(): void
  /** Waits for the read models and folds the open sales; then the process is ready. Throws `EventStoreUnavailable`. */
  ready(): Promise<void>
  /** Finishes what is queued and ends the workers; the adapters are the caller's to close. */
  stop(): Promise<void>
}

/** Puts the application together on the adapters of whatever profile; `waitingFor` names servers that it waits for. */
export async function assemble(
  roles: ReadonlySet<Role>,
  adapters: Adapters,
  waitingFor: () => readonly string[] = () => [],
): Promise<Assembled> {
  const { store, gate, handover, db, clock, times, logger, jwtSecret } = adapters
  const metrics = createMetrics()
  const countTrouble = countTroubles(metrics)
  const report: SaleDeps["report"] = (what, err, saleId) => {
    countTrouble()
    logger.warn({ err, saleId }, what)
  }
  const observer = observeGroups(metrics)
  const saleDeps: SaleDeps = {
    ...{ store, gate, handover, clock, newId },
    ...{ random: Math.random, times, report, observer },
  }
  const sales = createLiveSales(saleDeps)
  measureSales(metrics, sales)
  const orderDeps = { store, clock, newId, sales }
  const gateway = createPaymentSimulator(jwtSecret)
  const deliver = (message: VerifiedNotification) => {
    const { body, signature } = gateway.sign(message)
    return gateway.verify(body, signature)
  }
  const watch = watchPosition(clock, () => readCheckpoint(db, READ_MODELS))
  const notified = watchPosition(clock, () => readCheckpoint(db, NOTIFY_USERS))
  const queries = { db, clock, watch, endPosition: store.endPosition }
  let workers: Workers | null = null
  let ready = false
  const readiness = () => {
    if (ready) return []
    if (workers) return ["the read models and the open sales are being caught up with"]
    const missing = waitingFor().map((server) => `waiting for ${server}`)
    return missing.length > 0 ? missing : ["starting"]
  }

  async function prepareForUsers(): Promise<void> {
    if (roles.has("projector")) await watch.waitFor(await store.endPosition(), CATCH_UP_MS)
    // Only a hint which sales to fold ahead of their buyers: any other is folded at its first request.
    for (const id of await saleModel.openIds(db, clock.now(), LIVE_MAX)) await sales.get(id)
  }

  const routes = [
    refuseUntil(() => workers !== null),
    login(adapters.loginProvider, jwtSigner(jwtSecret)),
    dishCommands(saleDeps),
    dishQueries(queries),
    flashSaleCommands(saleDeps, sales),
    flashSaleQueries(queries),
    orderCommands(saleDeps, sales),
    orderQueries(queries),
    cancellationCommands(orderDeps),
    paymentCommands({ ...orderDeps, gateway, deliver }),
    paymentQueries(queries),
    notificationQueries({ ...queries, watch: notified }),
  ]
  const app = await buildApp({
    verifyToken: jwtVerifier(jwtSecret, clock.now),
    routes: roles.has("api") ? routes : [],
    readiness,
    metrics,
    logger,
    version: CODE_VERSION,
  })
  return {
    app,
    saleDeps,
    sales,
    begin() {
      workers = startWorkers(roles, {
        ...orderDeps,
        gateway,
        db,
        metrics,
        logger,
        readModels: watch,
        notifications: notified,
        leaseOf: adapters.leaseOf,
        broker: adapters.broker,
        webhook: adapters.webhook,
      })
    },
    async ready() {
      // Users ask processes of the API only: one that works behind them has nobody to keep waiting.
      if (roles.has("api")) await within(clock, PREPARE_MS, prepareForUsers())
      ready = true
    },
    async stop() {
      // Workers first: what they still append goes through the sales' queues.
      await workers?.stop()
      await sales.stop()
    },
  }
}
