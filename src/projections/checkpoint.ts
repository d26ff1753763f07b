import type { Db, Tx } from "./database.ts"

/** All read models move together, so one checkpoint tells how far they are. */
const NAME = "read-models"

/** The position up to which everything is applied; null before the first event. */
export async function readCheckpoint(db: Db | Tx): Promise<bigint | null> {
  const row = await db
    .selectFrom("checkpoints")
    .select("position")
    .where("name", "=", NAME)
    .executeTakeFirst()
  return row ? BigInt(row.position) : null
}

/**
 * Moves the checkpoint in the transaction of what it stands for. Throws if it is not at `from`: another projector
 * has moved it, and this transaction must not be applied a second time.
 */
export async function moveCheckpoint(tx: Tx, from: bigint | null, to: bigint): Promise<void> {
  if (from === null) {
    await tx
      .insertInto("checkpoints")
      .values({ name: NAME, position: `${to}` })
      .execute()
    return
  }
  const { numUpdatedRows } = await tx
    .updateTable("checkpoints")
    .set({ position: `${to}` })
    .where("name", "=", NAME)
    .where("position", "=", `${from}`)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new Error(`the checkpoint of the read models is no longer at ${from}`)
}
