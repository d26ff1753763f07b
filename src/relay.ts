import { join } from "node:path"
import { Command } from "commander"
import { Kysely } from "kysely"
import pino from "pino"
import { READ_MODELS_FILE } from "./compose/files.ts"
import { ConfigError, type ParkingConfig, parseParking } from "./config.ts"
import { createEventStore } from "./infra/event-store.ts"
import { createKafka } from "./infra/kafka.ts"
import { mysqlDialect } from "./infra/mysql.ts"
import { sqliteDialect } from "./infra/sqlite.ts"
import { createWebhook } from "./infra/webhook.ts"
import { forgetCheckpoint } from "./projections/checkpoint.ts"
import type { Database, Db } from "./projections/database.ts"
import { settle, waiting } from "./projections/parked-messages.ts"
import { topics } from "./relay/messages.ts"
import { retry } from "./relay/parked.ts"
import { RELAY } from "./relay/relay.ts"
import { stayAwake } from "./stay-awake.ts"

// What a person may do about messages that could not be passed on, by the relay or to the webhook. Both run in `npm start`.

const program = new Command("relay").description(
  "Messages that could not be passed on, and the relay's place in the log",
)

program
  .command("parked")
  .description("lists what is parked, the oldest first, with the reasons")
  .action(() =>
    withDatabase(async (db) => {
      const rows = await waiting(db)
      if (rows.length === 0) console.log("nothing is parked")
      for (const { id, parked_by, position, reason, parked_at_ms } of rows) {
        const place = position === null ? "" : `, position ${position}`
        console.log(`${id}\n  by ${parked_by} at ${new Date(parked_at_ms).toISOString()}${place}: ${reason}`)
      }
    }),
  )

program
  .command("retry")
  .description("tries what is parked once more: these, or all; what fails again stays parked")
  .argument("[ids...]")
  .action((ids: readonly string[]) => withDatabase((db, config) => retryAll(db, config, ids)))

program
  .command("skip")
  .description("gives parked messages up; their rows are kept")
  .argument("<ids...>")
  .action((ids: readonly string[]) =>
    withDatabase(async (db) => {
      for (const id of ids)
        if (await settle(db, id, "skipped")) console.log(`${id}: skipped`)
        else fail(`${id}: is not parked`)
    }),
  )

program
  .command("replay")
  .description(
    "sends the whole log again, under the same event ids: for a Kafka that has lost its data (full profile)",
  )
  .action(() =>
    withDatabase(async (db, { relay }) => {
      if (!relay) throw new ConfigError("STACK: only the full profile has a relay; set it to full")
      await forgetCheckpoint(db, RELAY)
      console.log("the relay begins again at the log's first event, at its next start or its next event")
    }),
  )

const sleep = stayAwake()
try {
  await program.parseAsync()
} catch (cause) {
  fail(cause instanceof ConfigError ? cause.message : String(cause))
} finally {
  sleep()
}

async function retryAll(db: Db, config: ParkingConfig, ids: readonly string[]): Promise<void> {
  const relay = config.relay && openRelay(config.relay)
  const webhook = config.webhook && createWebhook({ ...config.webhook, now: Date.now })
  const rows = await waiting(db)
  for (const id of ids) if (!rows.some((row) => row.id === id)) fail(`${id}: is not parked`)
  for (const row of rows) {
    if (ids.length > 0 && !ids.includes(row.id)) continue
    try {
      await retry({ db, relay, webhook }, row)
      console.log(`${row.id}: passed on`)
    } catch (cause) {
      fail(`${row.id}: stays parked: ${cause}`)
    }
  }
  await relay?.close()
}

function openRelay({ eventStoreUrl, kafkaBrokers }: NonNullable<ParkingConfig["relay"]>) {
  const store = createEventStore({ url: eventStoreUrl })
  const broker = createKafka({ brokers: kafkaBrokers, logger: pino({ level: "silent" }) })
  const producer = broker.openProducer(topics)
  return {
    store,
    producer,
    async close() {
      await producer.close()
      await broker.close()
      await store.close()
    },
  }
}

async function withDatabase(work: (db: Db, config: ParkingConfig) => Promise<void>): Promise<void> {
  const config = parseParking(process.env)
  const { readModels } = config
  const dialect =
    "mysqlUrl" in readModels
      ? mysqlDialect(readModels.mysqlUrl)
      : sqliteDialect(join(readModels.dataDir, READ_MODELS_FILE))
  const db = new Kysely<Database>({ dialect })
  await work(db, config).finally(() => db.destroy())
}

function fail(message: string): void {
  console.error(message)
  process.exitCode = 1
}
