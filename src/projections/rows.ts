import type { Insertable } from "kysely"
import type { Database, Tx } from "./database.ts"

/** Rows of one statement; MySQL and SQLite both take far more. */
const MAX = 50

/** The items in groups that one statement takes. */
export function* inGroups<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let from = 0; from < items.length; from += MAX) yield items.slice(from, from + MAX)
}

/** Inserts rows, however many. */
export async function insertAll<Table extends keyof Database>(
  tx: Tx,
  table: Table,
  rows: readonly Insertable<Database[Table]>[],
): Promise<void> {
  for (const group of inGroups(rows)) await tx.insertInto(table).values(group).execute()
}
