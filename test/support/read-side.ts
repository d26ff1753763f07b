import { randomUUID } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Kysely } from "kysely"
import type { Clock } from "../../src/commands/ports/clock.ts"
import type { EventStore } from "../../src/commands/ports/event-store.ts"
import { sqliteDialect } from "../../src/infra/sqlite.ts"
import { systemClock } from "../../src/infra/system-clock.ts"
import { readCheckpoint } from "../../src/projections/checkpoint.ts"
import type { Database, Db } from "../../src/projections/database.ts"
import { migrate } from "../../src/projections/migrate.ts"
import { watchPosition } from "../../src/projections/position-watch.ts"
import { type ProjectorDeps, READ_MODELS, startProjector } from "../../src/projections/projector.ts"
import { createMemoryLog } from "./memory-log.ts"

/** Empty read models in a SQLite file of their own. */
export async function openReadModels(): Promise<{ db: Db; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "hash-coffee-read-"))
  const db = new Kysely<Database>({ dialect: sqliteDialect(join(folder, "read-models.sqlite")) })
  await migrate(db)
  return {
    db,
    async close() {
      await db.destroy()
      await rm(folder, { recursive: true })
    },
  }
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

/** A log and read models that follow it. */
export async function startReadSide({ clock = systemClock }: { clock?: Clock } = {}) {
  const { db, close } = await openReadModels()
  const log = createMemoryLog()
  const watch = watchPosition(clock, () => readCheckpoint(db, READ_MODELS))
  const failures: unknown[] = []
  const project = (changes: Partial<ProjectorDeps> = {}) =>
    startProjector({
      store: log,
      db,
      clock,
      onPassed: watch.passed,
      onFailure: (cause) => failures.push(cause),
      ...changes,
    })
  return { db, log, watch, failures, project, close }
}
