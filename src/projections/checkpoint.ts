import type { Db, Tx } from "./database.ts"

/** The position up to which the follower of this name has done everything; null before the first event. */
export async function readCheckpoint(db: Db | Tx, name: string): Promise<bigint | null> {
  const row = await db
    .selectFrom("checkpoints")
    .select("position")
    .where("name", "=", name)
    .executeTakeFirst()
  return row ? BigInt(row.position) : null
}

/** How far every follower is, by name. */
export async function readCheckpoints(db: Db): Promise<Map<string, bigint>> {
  const rows = await db.selectFrom("checkpoints").select(["name", "position"]).execute()
  return new Map(rows.map(({ name, position }) => [name, BigInt(position)]))
}

/**
 * Moves a checkpoint in the transaction of what it stands for. Throws if it is not at `from`: another process has
 * moved it, and this transaction must not be applied a second time.
 */
export async function moveCheckpoint(tx: Tx, name: string, from: bigint | null, to: bigint): Promise<void> {
  if (from === null) return insert(tx, name, to)
  const { numUpdatedRows } = await tx
    .updateTable("checkpoints")
    .set({ position: `${to}` })
    .where("name", "=", name)
    .where("position", "=", `${from}`)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new Error(`the checkpoint of ${name} is no longer at ${from}`)
}

/**
 * Sets a checkpoint wherever it was: for work outside of this database, which is done first, and after a crash in
 * between a second time.
 */
export async function saveCheckpoint(db: Db, name: string, position: bigint): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable("checkpoints")
    .set({ position: `${position}` })
    .where("name", "=", name)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) await insert(db, name, position)
}

async function insert(db: Db | Tx, name: string, position: bigint): Promise<void> {
  await db
    .insertInto("checkpoints")
    .values({ name, position: `${position}` })
    .execute()
}

/** Makes the follower of this name begin again at the log's first event. */
export async function forgetCheckpoint(db: Db, name: string): Promise<void> {
  await db.deleteFrom("checkpoints").where("name", "=", name).execute()
}
