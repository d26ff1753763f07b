/** Opens the adapters of a profile, by hand and in one place: configuration in, a running system out. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { Kysely } from "kysely"
import pino from "pino"
import { assemble } from "./assemble.ts"
import { defaultSaleTimes } from "./commands/sale/deps.ts"
import type { Config } from "./config.ts"
import { closeServer, listen } from "./http/server.ts"
import { developmentLogin } from "./infra/development-login.ts"
import { createEventStore } from "./infra/event-store.ts"
import { createInProcessGate } from "./infra/in-process-gate.ts"
import { jwtSigner } from "./infra/jwt.ts"
import { ensureSecret } from "./infra/jwt-secret.ts"
import { startLogServer } from "./infra/log-server/spawn.ts"
import { sqliteDialect } from "./infra/sqlite.ts"
import { systemClock as clock } from "./infra/system-clock.ts"
import type { Database } from "./projections/database.ts"
import { migrate } from "./projections/migrate.ts"
import { seedDemo } from "./seed.ts"
import type { Welcome } from "./welcome.ts"

/** How long connections that are still busy may take to finish when the system closes. */
const DRAIN_MS = 3_000

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
  const db = new Kysely<Database>({ dialect: sqliteDialect(join(config.dataDir, "read-models.sqlite")) })
  await migrate(db)
  const jwtSecret = config.jwtSecret ?? ensureSecret(config.dataDir)
  const gate = createInProcessGate({ now: clock.now, times: defaultSaleTimes })
  const { app, saleDeps, sales, ready, stop } = await assemble(config.roles, {
    store,
    gate,
    db,
    clock,
    loginProvider: developmentLogin,
    jwtSecret,
    times: defaultSaleTimes,
    logger,
  })
  const port = await listen(app, config)
  if (config.seedDemo) await seedDemo(saleDeps, sales)
  await ready()

  return {
    url: `http://${config.host}:${port}`,
    eventStorePort: log.port,
    buyerToken: jwtSigner(jwtSecret)({ userId: "alice", role: "user" }),
    seeded: config.seedDemo,
    async close() {
      await closeServer(app, DRAIN_MS)
      await stop()
      await store.close()
      await gate.close()
      await db.destroy()
      await log.close()
    },
  }
}
