import { randomUUID } from "node:crypto"
import pino from "pino"
import { Registry } from "prom-client"
import type { EventStore } from "../../src/commands/ports/event-store.ts"
import type { MessageBroker, ReceivedMessage } from "../../src/commands/ports/message-broker.ts"
import { inbox } from "../../src/consumers/channels.ts"
import { type KafkaConsumersDeps, startKafkaConsumers } from "../../src/consumers/kafka-consumers.ts"
import { NOTIFY_USERS } from "../../src/consumers/notify-users.ts"
import { createEventStore } from "../../src/infra/event-store.ts"
import { createKafka } from "../../src/infra/kafka.ts"
import { systemClock as clock } from "../../src/infra/system-clock.ts"
import { readCheckpoint } from "../../src/projections/checkpoint.ts"
import type { Db } from "../../src/projections/database.ts"
import { watchPosition } from "../../src/projections/position-watch.ts"
import { RELAY, type RelayDeps, startRelay } from "../../src/relay/relay.ts"
import { startTestKafka, type TestKafka } from "./kafka.ts"
import { startTestLogServer } from "./log-server.ts"
import type { Told } from "./order-life.ts"
import { openReadModels, type ReadModels, record } from "./read-side.ts"

/** A message as one of these tests looks at it. */
export interface Seen extends ReceivedMessage {
  readonly body: { type: string; eventId: string; position: string; data: Record<string, unknown> }
}

export interface RelayWorld {
  readonly kafka: TestKafka
  readonly broker: MessageBroker
  readonly store: EventStore
  readonly logUrl: string
  readonly db: Db
  readonly metrics: Registry
  readonly failures: unknown[]
  relay(changes?: Partial<RelayDeps>): { stop(): Promise<void> }
  consumers(changes?: Partial<KafkaConsumersDeps>): { stop(): Promise<void> }
  /** Appends the events to their streams, in order; tells the position of the last one. */
  write(...told: readonly Told[]): Promise<bigint>
  /** Whether the relay has passed `position` within `ms`. */
  relayed(position: bigint, ms?: number): Promise<boolean>
  /** Whether users have been told of everything up to `position` within `ms`. */
  told(position: bigint, ms?: number): Promise<boolean>
  /** Everything in a topic, until there are `count` messages, as a new group gets it. */
  messages(topic: string, count: number): Promise<Seen[]>
  /** Everything that is in a topic by now, however often it was sent. */
  everything(topic: string): Promise<Seen[]>
  close(): Promise<void>
}

/** A real log and a real Kafka, with read models in `models` or in SQLite. */
export async function startRelayWorld(given: { models?: ReadModels } = {}): Promise<RelayWorld> {
  const [kafka, log, models] = await Promise.all([
    startTestKafka(),
    startTestLogServer(),
    given.models ?? openReadModels(),
  ])
  const store = createEventStore({ url: log.url })
  const broker = createKafka({ brokers: [kafka.brokers], logger: pino({ level: "silent" }) })
  const { db } = models
  const metrics = new Registry()
  const failures: unknown[] = []
  const onFailure = (cause: unknown) => failures.push(cause)
  const passed = (name: string) => {
    const watch = watchPosition(clock, () => readCheckpoint(db, name))
    return (position: bigint, ms = 10_000) => watch.waitFor(position, ms)
  }
  return {
    kafka,
    broker,
    store,
    logUrl: log.url,
    db,
    metrics,
    failures,
    relay: (changes = {}) => startRelay({ store, db, clock, broker, metrics, onFailure, ...changes }),
    consumers: (changes = {}) =>
      startKafkaConsumers({
        ...{ db, clock, broker, tell: inbox, onPassed: () => {} },
        onFailure: (_, cause) => onFailure(cause),
        ...changes,
      }),
    async write(...told) {
      let last = 0n
      for (const { stream, event } of told) last = await record(store, stream, event)
      return last
    },
    relayed: passed(RELAY),
    told: passed(NOTIFY_USERS),
    messages: (topic, count) => readTopic(broker, topic, count),
    async everything(topic) {
      const spans = [...(await broker.topicSpan(topic)).values()]
      const count = spans.reduce((sum, { begin, end }) => sum + Number(end - begin), 0)
      return readTopic(broker, topic, count)
    },
    async close() {
      await broker.close()
      await store.close()
      if (!given.models) await models.close()
      await log.close()
      await kafka.close()
    },
  }
}

async function readTopic(broker: MessageBroker, topic: string, count: number): Promise<Seen[]> {
  const seen: Seen[] = []
  const { promise: enough, resolve } = Promise.withResolvers<void>()
  const consumer = broker.startConsumer({
    group: `test-${randomUUID()}`,
    topic,
    async onBatch(messages) {
      for (const message of messages) seen.push({ ...message, body: JSON.parse(message.value) })
      if (seen.length >= count) resolve()
    },
    onFailure: () => {},
  })
  await enough
  await consumer.stop()
  return seen
}

/** What was seen of each key, in the order in which it came. */
export const byKey = (seen: readonly Seen[]): Map<string, Seen[]> => Map.groupBy(seen, ({ key }) => key)
