import { MysqlAdapter } from "kysely"
import type { BatchLimits } from "./batches.ts"
import type { Db } from "./database.ts"
import * as dishes from "./dishes.ts"
import { type Follower, type FollowerDeps, inTransaction, startFollower } from "./follower.ts"
import { followedPrefixes, occurrenceOf } from "./occurrences.ts"
import * as orders from "./orders.ts"
import * as payments from "./payments.ts"
import * as refunds from "./refunds.ts"
import * as sales from "./sales.ts"

/** The checkpoint of the read models: all move together, so one tells how far they are. A stored name is never changed. */
export const READ_MODELS = "read-models"

/** Of the log, what the read models follow. */
export const projected = { streamPrefixes: followedPrefixes }

/** Every read model. Each reads the log only, so any order is right; what most events are about comes first. */
const readModels = [orders, payments, sales, refunds, dishes]

/** SQLite works in this thread: a batch of 100 keeps the requests of the same process waiting for 2 or 3 ms. */
const HERE: BatchLimits = { max: 100, lingerMs: 5, everyMs: 0, idleMs: 5 }
/**
 * A server works beside this thread, and each of its transactions waits for its disk and, where the processors are busy, some turns of
 * this thread: under load few large ones. By 1,000 a worker that is behind falls ever further behind 4,000 orders a second.
 */
const ELSEWHERE: BatchLimits = { max: 4_000, lingerMs: 5, everyMs: 50, idleMs: 5 }

const limitsOf = (db: Db): BatchLimits =>
  db.getExecutor().adapter instanceof MysqlAdapter ? ELSEWHERE : HERE

export type ProjectorDeps = Pick<FollowerDeps, "store" | "clock" | "onPassed" | "onFailure"> & {
  readonly db: Db
}

/** Follows the log and keeps the read models: each batch of events and the checkpoint in one transaction. */
export const startProjector = ({ db, ...deps }: ProjectorDeps): Follower =>
  startFollower({
    ...deps,
    ...inTransaction(
      db,
      READ_MODELS,
      (events) => {
        const occurrences = events.map(occurrenceOf)
        return readModels.map(({ apply }) => apply(occurrences))
      },
      async (tx, writes) => {
        for (const write of writes) await write(tx)
      },
    ),
    filter: projected,
    limits: limitsOf(db),
  })
