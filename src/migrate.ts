import { join } from "node:path"
import { Kysely } from "kysely"
import { awaitServers } from "./compose/await-servers.ts"
import { READ_MODELS_FILE } from "./compose/files.ts"
import { migrateMysql } from "./compose/migrate-mysql.ts"
import { parseReadModels } from "./config.ts"
import { sqliteDialect } from "./infra/sqlite.ts"
import { systemClock as clock } from "./infra/system-clock.ts"
import type { Database } from "./projections/database.ts"
import { migrate } from "./projections/migrate.ts"
import { stayAwake } from "./stay-awake.ts"

// Brings the tables of the read models to what this code expects, and ends. A process that starts does the same.

/** How long a database that is still starting is waited for. */
const PATIENCE_MS = 60_000

const sleep = stayAwake()
try {
  const at = parseReadModels(process.env)
  if ("mysqlUrl" in at) await onMysql(at.mysqlUrl)
  else await onSqlite(at.dataDir)
  console.log("the read models' tables are as this version expects them")
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause)
  process.exit(1)
} finally {
  sleep()
}

async function onMysql(url: string): Promise<void> {
  const server = { name: "MySQL", check: () => migrateMysql(url) }
  const tell = (line: string) => console.error(line)
  await awaitServers([server], { clock, tell, signal: AbortSignal.timeout(PATIENCE_MS) }).wait()
}

async function onSqlite(dataDir: string): Promise<void> {
  const db = new Kysely<Database>({ dialect: sqliteDialect(join(dataDir, READ_MODELS_FILE)) })
  await migrate(db)
  await db.destroy()
}
