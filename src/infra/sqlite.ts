import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite"
import { type SqliteDatabase, SqliteDialect, type SqliteStatement } from "kysely"

/** Statements that are kept prepared; the application's own are far fewer. */
const PREPARED_MAX = 500

/**
 * A kysely dialect over Node's own SQLite, in one file (or `:memory:`). Integers beyond 2^53 throw when read, so a
 * column that may hold one is a text.
 */
export function sqliteDialect(path: string): SqliteDialect {
  const database = new DatabaseSync(path)
  // What is kept here is rebuilt from the log, so losing the last moments in a power cut is no loss.
  database.exec("pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000")
  return new SqliteDialect({ database: shaped(database) })
}

/** The part of better-sqlite3's shape that kysely uses. */
function shaped(database: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>()
  return {
    close: () => database.close(),
    prepare: (sql) => {
      const known = prepared.get(sql)
      if (known) return known
      const statement = shapedStatement(database.prepare(sql))
      if (prepared.size >= PREPARED_MAX) prepared.clear()
      prepared.set(sql, statement)
      return statement
    },
  }
}

const shapedStatement = (statement: StatementSync): SqliteStatement => ({
  reader: statement.columns().length > 0,
  all: (values) => statement.all(...(values as SQLInputValue[])),
  run: (values) => statement.run(...(values as SQLInputValue[])),
  iterate: (values) => statement.iterate(...(values as SQLInputValue[])),
})
