import { Kysely } from "kysely"
import { mysqlDialect } from "../infra/mysql.ts"
import type { Database } from "../projections/database.ts"
import { migrate } from "../projections/migrate.ts"

/** A large table takes its time, and who waits for another's migration waits as long. */
const STEP_MAX_MS = 3_600_000

/**
 * Brings the tables to what this code expects. Any number may do it at once: the first takes the server's lock, and
 * the others find it done. Throws `DatabaseUnavailable` while the server does not answer.
 */
export async function migrateMysql(url: string): Promise<void> {
  const db = new Kysely<Database>({ dialect: mysqlDialect(url, { queryTimeoutMs: STEP_MAX_MS }) })
  try {
    await migrate(db)
  } finally {
    await db.destroy()
  }
}
