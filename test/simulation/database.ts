import { sqliteDialect } from "../../src/infra/sqlite.ts"
import { readCheckpoint, saveCheckpoint } from "../../src/projections/checkpoint.ts"
import { dueOrders } from "../../src/projections/due-orders.ts"
import * as refunds from "../../src/projections/refunds.ts"
import { type ReadModels, readModelsOn } from "../support/read-side.ts"
import type { Rows } from "./rows.ts"

let models: Promise<ReadModels> | null = null

/** The read models themselves, on SQLite in memory, for the seeds that run the projector too; emptied for each run. */
export async function databaseRows(): Promise<Rows> {
  models ??= readModelsOn(sqliteDialect(":memory:"))
  const { db, wipe } = await models
  await wipe()
  return {
    db,
    checkpoints: {
      load: (name) => readCheckpoint(db, name),
      save: (name, position) => saveCheckpoint(db, name, position),
    },
    dueOrders: (nowMs, limit, last) => dueOrders(db, nowMs, limit, last),
    dueRefunds: (nowMs, limit) => refunds.due(db, nowMs, limit),
    project: () => {},
  }
}
