import { CompiledQuery, sql } from "kysely"
import type { Database, Tx } from "./database.ts"

/** What is to be written: all that needs no database has been worked out before. */
export type Write = (tx: Tx) => Promise<void>

type Table = keyof Database
type TableWithId = { [Name in Table]: Database[Name] extends { id: string } ? Name : never }[Table]

/**
 * Inserts rows by one statement: those of a batch, however large, are far fewer than MySQL and SQLite take. Written by hand,
 * for kysely makes an object of each value.
 */
export function insertAll<Into extends Table>(table: Into, rows: readonly Database[Into][]): Write {
  const [first] = rows
  if (!first) return async () => {}
  const columns = Object.keys(first) as (keyof Database[Into])[]
  const places = `(${columns.map(() => "?").join()})`
  const text = `insert into ${table} (${columns.join()}) values ${Array(rows.length).fill(places).join()}`
  const values: unknown[] = []
  for (const row of rows) for (const column of columns) values.push(row[column])
  const query = CompiledQuery.raw(text, values)
  return async (tx) => void (await tx.executeQuery(query))
}

/**
 * Inserts the rows whose ids the table does not hold; of two with one id the first. The dialects have no common word
 * for it. A row that another transaction adds meanwhile makes this one fail, and the next try finds it.
 */
export async function insertMissing<Into extends TableWithId>(
  tx: Tx,
  table: Into,
  rows: readonly (Database[Into] & { id: string })[],
): Promise<void> {
  if (rows.length === 0) return
  const missing = new Map(rows.toReversed().map((row) => [row.id, row]))
  const known = await sql<{ id: string }>`
    select id from ${sql.table(table)} where id in (${sql.join([...missing.keys()])})
  `.execute(tx)
  for (const { id } of known.rows) missing.delete(id)
  await insertAll(table, [...missing.values()].toReversed())(tx)
}
