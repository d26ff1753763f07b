import { randomUUID } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Dialect, Kysely } from "kysely"
import type { Clock } from "../../src/commands/ports/clock.ts"
import type { EventStore } from "../../src/commands/ports/event-store.ts"
import { inbox } from "../../src/consumers/channels.ts"
import { NOTIFY_USERS, type NotifyUsersDeps, startNotifyUsers } from "../../src/consumers/notify-users.ts"
import { sqliteDialect } from "../../src/infra/sqlite.ts"
import { systemClock } from "../../src/infra/system-clock.ts"
import { readCheckpoint } from "../../src/projections/checkpoint.ts"
import type { Database, Db } from "../../src/projections/database.ts"
import { migrate } from "../../src/projections/migrate.ts"
import { watchPosition } from "../../src/projections/position-watch.ts"
import { type ProjectorDeps, READ_MODELS, startProjector } from "../../src/projections/projector.ts"
import { createMemoryLog } from "./memory-log.ts"

/** The tables of the read models in some database. */
export interface ReadModels {
  readonly db: Db
  /** Forgets everything, checkpoints too. */
  wipe(): Promise<void>
  close(): Promise<void>
}

/** Empty read models in a SQLite file of their own. */
export async function openReadModels(): Promise<ReadModels> {
  const folder = await mkdtemp(join(tmpdir(), "hash-coffee-read-"))
  const models = await readModelsOn(sqliteDialect(join(folder, "read-models.sqlite")))
  return {
    ...models,
    async close() {
      await models.close()
      await rm(folder, { recursive: true })
    },
  }
}

const tables = Object.keys({
  checkpoints: true,
  dishes: true,
  flash_sales: true,
  orders: true,
  payments: true,
  refunds: true,
  notifications: true,
  parked_messages: true,
  webhook_deliveries: true,
} satisfies Record<keyof Database, true>) as (keyof Database)[]

/** Empty read models in the database of a dialect. */
export async function readModelsOn(dialect: Dialect): Promise<ReadModels> {
  const db = new Kysely<Database>({ dialect })
  const wipe = async () => {
    for (const table of tables) await db.deleteFrom(table).execute()
  }
  await migrate(db)
  await wipe()
  return { db, wipe, close: () => db.destroy() }
}

/** Every row of every table but the checkpoints, in an order of their own. */
export async function dump(db: Db): Promise<Record<string, unknown[]>> {
  const rows: Record<string, unknown[]> = {}
  for (const table of tables)
    if (table !== "checkpoints") rows[table] = await db.selectFrom(table).selectAll().orderBy("id").execute()
  return rows
}

/** Appends events to the end of a stream as our commands would, and tells the position of the last one. */
export async function record(
  log: Pick<EventStore, "append" | "readStream">,
  stream: string,
  ...events: readonly { type: string; data: object }[]
): Promise<bigint> {
  let expected: bigint | "no_stream" = "no_stream"
  for await (const { revision } of log.readStream(stream, { direction: "backwards", limit: 1 }))
    expected = revision
  const metadata = {
    correlationId: "c",
    causationId: "c",
    actor: "system:test",
    schemaVersion: 1,
    codeVersion: "0",
  }
  const result = await log.append(
    stream,
    expected,
    events.map((event) => ({ ...event, id: randomUUID(), metadata })),
  )
  if (result.kind !== "appended") throw new Error(`not recorded: ${result.kind}`)
  return result.position
}

/** A log and read models that follow it: `models`, which stay open, or some of its own. */
export async function startReadSide({
  clock = systemClock,
  models,
}: {
  clock?: Clock
  models?: ReadModels
} = {}) {
  const { db, close } = models ? { ...models, close: async () => {} } : await openReadModels()
  const log = createMemoryLog()
  const watch = watchPosition(clock, () => readCheckpoint(db, READ_MODELS))
  const told = watchPosition(clock, () => readCheckpoint(db, NOTIFY_USERS))
  const failures: unknown[] = []
  const following = { store: log, db, clock, onFailure: (cause: unknown) => failures.push(cause) }
  const project = (changes: Partial<ProjectorDeps> = {}) =>
    startProjector({ ...following, onPassed: watch.passed, ...changes })
  const notify = (changes: Partial<NotifyUsersDeps> = {}) =>
    startNotifyUsers({ ...following, tell: inbox, onPassed: told.passed, ...changes })
  return { db, log, watch, told, failures, project, notify, close }
}
