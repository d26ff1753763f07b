/** Sends a log's messages to Kafka: by the product's relay, or by a bare loop that has them in memory already. */
import { Kafka, type Message as KafkaMessage, logLevel } from "kafkajs"
import { Kysely } from "kysely"
import pino from "pino"
import { Registry } from "prom-client"
import type { Message, MessageBroker } from "../../src/commands/ports/message-broker.ts"
import { createEventStore } from "../../src/infra/event-store.ts"
import { calmRequestQueues } from "../../src/infra/kafka/request-queue.ts"
import { createKafka } from "../../src/infra/kafka.ts"
import { mysqlDialect } from "../../src/infra/mysql.ts"
import { systemClock as clock } from "../../src/infra/system-clock.ts"
import { forgetCheckpoint } from "../../src/projections/checkpoint.ts"
import type { Database } from "../../src/projections/database.ts"
import { migrate } from "../../src/projections/migrate.ts"
import { messageOf, relayedPrefixes } from "../../src/relay/outgoing.ts"
import { RELAY, startRelay } from "../../src/relay/relay.ts"
import { answerCalls } from "../harness/child.ts"

export interface Relaying {
  readonly by: "relay" | "loop"
  readonly logUrl: string
  readonly mysqlUrl: string
  readonly brokers: string
  /** How many messages the log makes. */
  readonly messages: number
}

/** As many as the relay sends at once. */
const BATCH = 1_000
const PARTITIONS = 6
const TOPIC = "bench.bare"

/** Resolves with the seconds until Kafka has acknowledged them all. */
answerCalls<Relaying, number>(({ by, ...relaying }) => (by === "relay" ? relay(relaying) : loop(relaying)))

async function relay({ logUrl, mysqlUrl, brokers, messages }: Omit<Relaying, "by">): Promise<number> {
  const store = createEventStore({ url: logUrl })
  const db = new Kysely<Database>({ dialect: mysqlDialect(mysqlUrl) })
  await migrate(db)
  await forgetCheckpoint(db, RELAY)
  const kafka = createKafka({ brokers: [brokers], logger: pino({ level: "silent" }) })
  const beganMs = performance.now()
  let relaying: ReturnType<typeof startRelay> | undefined
  await new Promise<void>((resolve, reject) => {
    const broker = counting(kafka, messages, resolve)
    relaying = startRelay({ store, db, clock, broker, metrics: new Registry(), onFailure: reject })
  })
  const seconds = (performance.now() - beganMs) / 1_000
  await relaying?.stop()
  await kafka.close()
  await db.destroy()
  await store.close()
  return seconds
}

/** The broker, whose producer tells when so many messages were acknowledged. */
function counting(broker: MessageBroker, messages: number, done: () => void): MessageBroker {
  let sent = 0
  return {
    ...broker,
    openProducer(topics) {
      const producer = broker.openProducer(topics)
      return {
        ...producer,
        async send(batch) {
          await producer.send(batch)
          sent += batch.length
          if (sent >= messages) done()
        },
      }
    },
  }
}

async function loop({ logUrl, brokers }: Omit<Relaying, "by">): Promise<number> {
  // Not what is slow in kafkajs, but what is wrong: else it warns all the time.
  calmRequestQueues()
  const messages = await messagesOf(logUrl)
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: PARTITIONS }] })
  await admin.disconnect()
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  const beganMs = performance.now()
  await producer.connect()
  for (let at = 0; at < messages.length; at += BATCH)
    await producer.sendBatch({
      acks: -1,
      topicMessages: [{ topic: TOPIC, messages: messages.slice(at, at + BATCH) }],
    })
  const seconds = (performance.now() - beganMs) / 1_000
  await producer.disconnect()
  return seconds
}

async function messagesOf(logUrl: string): Promise<KafkaMessage[]> {
  const store = createEventStore({ url: logUrl })
  const messages: Message[] = []
  for await (const event of store.readAll())
    if (relayedPrefixes.some((prefix) => event.stream.startsWith(prefix)))
      messages.push(...[messageOf(event) ?? []].flat())
  await store.close()
  return messages.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } }))
}
