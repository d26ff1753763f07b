import { type Insertable, sql } from "kysely"
import type { Database, Tx } from "./database.ts"

/** Rows of one statement; MySQL and SQLite both take far more. */
const MAX = 500

/** The items in groups that one statement takes. */
export function* inGroups<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let from = 0; from < items.length; from += MAX) yield items.slice(from, from + MAX)
}

type Table = keyof Database
type TableWithId = { [Name in Table]: Database[Name] extends { id: string } ? Name : never }[Table]

/** Inserts rows, however many. */
export async function insertAll<Into extends Table>(
  tx: Tx,
  table: Into,
  rows: readonly Insertable<Database[Into]>[],
): Promise<void> {
  for (const group of inGroups(rows)) await tx.insertInto(table).values(group).execute()
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
  const missing = new Map(rows.toReversed().map((row) => [row.id, row]))
  for (const ids of inGroups([...missing.keys()])) {
    const known = await sql<{ id: string }>`
      select id from ${sql.table(table)} where id in (${sql.join(ids)})
    `.execute(tx)
    for (const { id } of known.rows) missing.delete(id)
  }
  await insertAll(tx, table, [...missing.values()].toReversed())
}
