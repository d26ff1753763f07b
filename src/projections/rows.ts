import { type Insertable, sql } from "kysely"
import type { Database, Tx } from "./database.ts"

type Table = keyof Database
type TableWithId = { [Name in Table]: Database[Name] extends { id: string } ? Name : never }[Table]

/** Inserts rows by one statement: those of a batch, however large, are far fewer than MySQL and SQLite take. */
export async function insertAll<Into extends Table>(
  tx: Tx,
  table: Into,
  rows: readonly Insertable<Database[Into]>[],
): Promise<void> {
  if (rows.length > 0) await tx.insertInto(table).values(rows).execute()
}

/**
 * Inserts the rows whose ids the table does not hold; of two with one id the first. The dialects have no common word
 * for it. A row that another transaction adds meanwhile makes this one fail, and the next try finds it.
 */
export async function insertMissing<Into extends TableWithId>(
  tx: Tx,
  table: Into,
  rows: readonly (Insertable<Database[Into]> & { id: string })[],
): Promise<void> {
  if (rows.length === 0) return
  const missing = new Map(rows.toReversed().map((row) => [row.id, row]))
  const known = await sql<{ id: string }>`
    select id from ${sql.table(table)} where id in (${sql.join([...missing.keys()])})
  `.execute(tx)
  for (const { id } of known.rows) missing.delete(id)
  await insertAll(tx, table, [...missing.values()].toReversed())
}
