import { join } from "node:path"
import type { FastifyInstance } from "fastify"
import { Kysely } from "kysely"
import pino from "pino"
import { type Adapters, assemble } from "../../src/assemble.ts"
import type { EventStore } from "../../src/commands/ports/event-store.ts"
import { defaultSaleTimes } from "../../src/commands/sale/deps.ts"
import { roles } from "../../src/config.ts"
import type { Identity } from "../../src/http/auth.ts"
import { closeServer, listen } from "../../src/http/server.ts"
import { developmentLogin } from "../../src/infra/development-login.ts"
import { createEventStore } from "../../src/infra/event-store.ts"
import { jwtSigner } from "../../src/infra/jwt.ts"
import { mysqlDialect } from "../../src/infra/mysql.ts"
import { openRedis } from "../../src/infra/redis/client.ts"
import { createRedisGate } from "../../src/infra/redis/redis-gate.ts"
import { createRedisHandover } from "../../src/infra/redis/redis-handover.ts"
import { sqliteDialect } from "../../src/infra/sqlite.ts"
import { systemClock } from "../../src/infra/system-clock.ts"
import type { Database } from "../../src/projections/database.ts"
import { migrate } from "../../src/projections/migrate.ts"
import { startTestLogServer } from "./log-server.ts"
import { startTestMariaDb } from "./mariadb.ts"
import { removeDir, tempDir } from "./process.ts"
import { startTestRedis, type TestRedis } from "./redis.ts"

export interface RealApps {
  readonly urls: readonly string[]
  readonly redis: TestRedis
  readonly store: EventStore
  token(userId: string, role?: Identity["role"]): string
  close(): Promise<void>
}

/**
 * `n` servers in this process, each with its own folds and queues, on one real Redis and one real log. Their read models
 * are in SQLite files of their own, or in one real MariaDB, which one of them then writes; with `workers` "all", every one
 * does everything at once, without asking who else does.
 */
export async function startRealApps(
  n: number,
  readModels: "sqlite" | "mariadb" = "sqlite",
  workers: "one" | "all" = "one",
): Promise<RealApps> {
  const dir = tempDir("apps")
  const [redis, log] = await Promise.all([startTestRedis(), startTestLogServer()])
  const mariadb = readModels === "mariadb" ? await startTestMariaDb() : null
  const store = createEventStore({ url: log.url })
  const logger = pino({ level: "silent" })
  const jwtSecret = "a secret that is long enough for a test"
  const apps: (Pick<Adapters, "gate" | "handover" | "db"> & {
    app: FastifyInstance
    url: string
    stop(): Promise<void>
  })[] = []
  for (let index = 0; index < n; index++) {
    const dialect = mariadb ? mysqlDialect(mariadb.url) : sqliteDialect(join(dir, `${index}.sqlite`))
    const db = new Kysely<Database>({ dialect })
    await migrate(db)
    const times = defaultSaleTimes
    const client = openRedis(redis.url, () => {})
    const gate = createRedisGate({ redis: client, times })
    const handover = createRedisHandover(client, () => {})
    const loginProvider = developmentLogin
    const parts = {
      ...{ store, gate, db, clock: systemClock, loginProvider, jwtSecret, times, logger },
      handover,
      leaseOf: null,
      broker: null,
      webhook: null,
    }
    const { app, begin, ready, stop } = await assemble(
      new Set(mariadb && index > 0 && workers === "one" ? ["api"] : roles),
      parts,
    )
    const port = await listen(app, { host: "127.0.0.1", port: 0 })
    begin()
    await ready()
    apps.push({ app, stop, gate, handover, db, url: `http://127.0.0.1:${port}` })
  }
  const sign = jwtSigner(jwtSecret)
  return {
    urls: apps.map(({ url }) => url),
    redis,
    store,
    token: (userId, role = "user") => sign({ userId, role }),
    async close() {
      for (const { app, stop, gate, handover, db } of apps) {
        await closeServer(app, 1_000)
        await stop()
        await handover?.close()
        await gate.close()
        await db.destroy()
      }
      await store.close()
      await Promise.all([redis.close(), log.close(), mariadb?.close()])
      removeDir(dir)
    },
  }
}
