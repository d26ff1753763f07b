/** Rebuilds the read models from a log, or only reads what they would read. */
import { EventStoreDBClient, START, streamNameFilter } from "@eventstore/db-client"
import { Kysely } from "kysely"
import { createEventStore } from "../../src/infra/event-store.ts"
import { mysqlDialect } from "../../src/infra/mysql.ts"
import { systemClock as clock } from "../../src/infra/system-clock.ts"
import type { Database } from "../../src/projections/database.ts"
import { migrate } from "../../src/projections/migrate.ts"
import { followedPrefixes } from "../../src/projections/occurrences.ts"
import { startProjector } from "../../src/projections/projector.ts"
import { answerCalls } from "../harness/child.ts"
import type { Through } from "../harness/through.ts"

export interface Rebuild {
  readonly logUrl: string
  /** Of an empty database; without one, what is read is dropped. */
  readonly mysqlUrl?: string
  readonly through: Through
  /** Of the log's last event, as decimal digits. */
  readonly end: string
}

/** Resolves with the seconds from the start to the log's end. */
answerCalls<Rebuild, number>(async ({ logUrl, mysqlUrl, through, end }) => {
  const store = createEventStore({ url: logUrl })
  try {
    if (mysqlUrl) return await rebuild(mysqlUrl, BigInt(end))
    return through === "client" ? await readThroughClient(BigInt(end)) : await read(BigInt(end))
  } finally {
    await store.close()
  }

  async function rebuild(url: string, end: bigint): Promise<number> {
    const db = new Kysely<Database>({ dialect: mysqlDialect(url) })
    await migrate(db)
    const beganMs = performance.now()
    let projector: ReturnType<typeof startProjector> | undefined
    await new Promise<void>((resolve, reject) => {
      const onPassed = (position: bigint) => {
        if (position >= end) resolve()
      }
      projector = startProjector({ store, clock, db, onPassed, onFailure: reject })
    })
    const seconds = (performance.now() - beganMs) / 1_000
    await projector?.stop()
    await db.destroy()
    return seconds
  }

  async function read(end: bigint): Promise<number> {
    const { signal } = new AbortController()
    const beganMs = performance.now()
    for await (const message of store.subscribeAll({ filter: { streamPrefixes: followedPrefixes }, signal }))
      if (message.kind === "event" && message.event.position >= end) break
    return (performance.now() - beganMs) / 1_000
  }

  async function readThroughClient(end: bigint): Promise<number> {
    const client = EventStoreDBClient.connectionString(logUrl)
    const filter = streamNameFilter({ prefixes: [...followedPrefixes] })
    const beganMs = performance.now()
    const subscription = client.subscribeToAll({ fromPosition: START, filter })
    for await (const { event } of subscription) if (event && event.position!.commit >= end) break
    const seconds = (performance.now() - beganMs) / 1_000
    await subscription.unsubscribe()
    await client.dispose()
    return seconds
  }
})
