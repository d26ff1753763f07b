import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { Kysely } from "kysely"
import pino from "pino"
import { defaultSaleTimes } from "../commands/sale/deps.ts"
import type { EmbeddedConfig } from "../config.ts"
import { developmentLogin } from "../infra/development-login.ts"
import { createEventStore } from "../infra/event-store.ts"
import { createInProcessGate } from "../infra/in-process-gate.ts"
import { ensureSecret } from "../infra/jwt-secret.ts"
import { startLogServer } from "../infra/log-server/spawn.ts"
import { sqliteDialect } from "../infra/sqlite.ts"
import { systemClock as clock } from "../infra/system-clock.ts"
import { createWebhook } from "../infra/webhook.ts"
import type { Database } from "../projections/database.ts"
import { migrate } from "../projections/migrate.ts"
import { READ_MODELS_FILE } from "./files.ts"
import { type Running, serve } from "./serve.ts"

/** Everything in this process and one folder; the log in a child process. */
export async function startEmbedded(config: EmbeddedConfig): Promise<Running> {
  mkdirSync(config.dataDir, { recursive: true })
  const log = await startLogServer({ dataDir: join(config.dataDir, "log"), port: config.eventStorePort })
  const logUrl = `esdb://127.0.0.1:${log.port}?tls=false`
  const store = createEventStore({ url: logUrl })
  const db = new Kysely<Database>({ dialect: sqliteDialect(join(config.dataDir, READ_MODELS_FILE)) })
  const times = defaultSaleTimes
  const gate = createInProcessGate({ now: clock.now, times })
  const jwtSecret = config.jwtSecret ?? ensureSecret(config.dataDir)
  const logger = pino({ level: "warn" })
  return serve(config, {
    adapters: {
      ...{ store, gate, db, clock, loginProvider: developmentLogin, jwtSecret, times, logger },
      handover: null,
      leaseOf: null,
      broker: null,
      webhook: config.webhook && createWebhook({ ...config.webhook, now: clock.now }),
    },
    logUrl,
    waitingFor: () => [],
    prepare: () => migrate(db),
    async close() {
      await store.close()
      await gate.close()
      await db.destroy()
      await log.close()
    },
  })
}
