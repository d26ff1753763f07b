/** Wires the parts by hand, in one place: configuration in, a running system out. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { Kysely } from "kysely"
import pino from "pino"
import { v7 as newId } from "uuid"
import { CODE_VERSION } from "./commands/context.ts"
import { dishCommands } from "./commands/routes/dishes.ts"
import { flashSaleCommands } from "./commands/routes/flash-sales.ts"
import { orderCommands } from "./commands/routes/orders.ts"
import { defaultSaleTimes, type SaleDeps } from "./commands/sale/deps.ts"
import { createLiveSales } from "./commands/sale/live-sales.ts"
import type { Config } from "./config.ts"
import { buildApp } from "./http/app.ts"
import { createMetrics } from "./http/metrics.ts"
import { closeServer, listen } from "./http/server.ts"
import { createEventStore } from "./infra/event-store.ts"
import { createInProcessGate } from "./infra/in-process-gate.ts"
import { jwtSigner, jwtVerifier } from "./infra/jwt.ts"
import { ensureSecret } from "./infra/jwt-secret.ts"
import { startLogServer } from "./infra/log-server/spawn.ts"
import { sqliteDialect } from "./infra/sqlite.ts"
import { systemClock as clock } from "./infra/system-clock.ts"
import { readCheckpoint } from "./projections/checkpoint.ts"
import type { Database } from "./projections/database.ts"
import { migrate } from "./projections/migrate.ts"
import { watchPosition } from "./projections/position-watch.ts"
import { startProjector } from "./projections/projector.ts"
import { seedDemo } from "./seed.ts"
import type { Welcome } from "./welcome.ts"

/** How long connections that are still busy may take to finish when the system closes. */
const DRAIN_MS = 4_000

export interface Running extends Welcome {
  /** Answers what was accepted, finishes what is queued, and ends every part; within 8 seconds. */
  close(): Promise<void>
}

/** Starts the embedded profile; resolves when `/readyz` answers 200. Throws with a message for the operator. */
export async function start(config: Config): Promise<Running> {
  mkdirSync(config.dataDir, { recursive: true })
  const logger = pino({ level: "warn" })
  const log = await startLogServer({ dataDir: join(config.dataDir, "log"), port: config.eventStorePort })
  const store = createEventStore({ url: `esdb://127.0.0.1:${log.port}?tls=false` })
  const gate = createInProcessGate({ now: clock.now, times: defaultSaleTimes })
  const db = new Kysely<Database>({ dialect: sqliteDialect(join(config.dataDir, "read-models.sqlite")) })
  await migrate(db)

  const saleDeps: SaleDeps = {
    store,
    gate,
    clock,
    newId,
    random: Math.random,
    times: defaultSaleTimes,
    report: (what, err, saleId) => logger.warn({ err, saleId }, what),
  }
  const sales = createLiveSales(saleDeps)
  const secret = config.jwtSecret ?? ensureSecret(config.dataDir)
  const notReady = new Set(["starting"])
  const positions = watchPosition(clock, () => readCheckpoint(db))
  const app = await buildApp({
    verifyToken: jwtVerifier(secret, clock.now),
    routes: [
      dishCommands(saleDeps),
      flashSaleCommands(saleDeps, sales),
      orderCommands(saleDeps, sales),
    ],
    readiness: () => [...notReady],
    metrics: createMetrics(),
    logger,
    version: CODE_VERSION,
  })
  const projector = startProjector({
    store,
    db,
    clock,
    onPassed: positions.passed,
    onFailure: (err) => logger.error({ err }, "the read models are not written; trying again"),
  })
  const port = await listen(app, config)
  if (config.seedDemo) await seedDemo(saleDeps, sales)
  notReady.clear()

  return {
    url: `http://${config.host}:${port}`,
    eventStorePort: log.port,
    buyerToken: jwtSigner(secret)({ userId: "alice", role: "user" }),
    seeded: config.seedDemo,
    async close() {
      await closeServer(app, DRAIN_MS)
      await sales.stop()
      await projector.stop()
      await store.close()
      await db.destroy()
      await log.close()
    },
  }
}
