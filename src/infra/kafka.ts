import { type Admin, Kafka, type LogEntry, logLevel, type Producer } from "kafkajs"
import { within } from "../commands/ports/clock.ts"
import {
  type Message,
  type MessageBroker,
  type MessageProducer,
  MessageRefused,
} from "../commands/ports/message-broker.ts"
import { startKafkaConsumer } from "./kafka/consumer.ts"
import { byKey } from "./kafka/partitioner.ts"
import { writeProduceRequestsByHand } from "./kafka/produce-request.ts"
import { calmRequestQueues } from "./kafka/request-queue.ts"
import { systemClock } from "./system-clock.ts"

/** Partitions of a topic that we create: at most so many members of a group work side by side. */
const PARTITIONS = 6
const CONNECT_TIMEOUT_MS = 3_000
const REQUEST_TIMEOUT_MS = 10_000
const CLOSE_TIMEOUT_MS = 1_000

/** The part of pino's logger that is used. */
export interface KafkaLogger {
  debug(context: object, message: string): void
  info(context: object, message: string): void
}

export interface KafkaOptions {
  /** Each `host:port`; any of them leads to all. */
  readonly brokers: readonly string[]
  readonly logger: KafkaLogger
}

/** Kafka behind kafkajs; nothing else knows that client, so that a successor is a change of this file. */
export function createKafka({ brokers, logger }: KafkaOptions): MessageBroker {
  calmRequestQueues()
  writeProduceRequestsByHand()
  const kafka = new Kafka({
    clientId: "hash-coffee",
    brokers: [...brokers],
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => tell(logger, entry),
  })
  let admin: Promise<Admin> | null = null

  /** A client that failed is not used again: whatever state it is in, a new one begins from none. */
  async function administer<Answer>(ask: (admin: Admin) => Promise<Answer>): Promise<Answer> {
    admin ??= connected(kafka.admin())
    const asked = admin
    try {
      return await ask(await asked)
    } catch (cause) {
      if (admin === asked) admin = null
      disconnect(asked)
      throw cause
    }
  }

  const createTopics = (topics: readonly string[]) =>
    administer((client) =>
      client.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions: PARTITIONS })) }),
    )

  async function connectProducer(topics: readonly string[]): Promise<Producer> {
    await createTopics(topics)
    return connected(
      kafka.producer({
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
        createPartitioner: byKey,
      }),
    )
  }

  function openProducer(topics: readonly string[]): MessageProducer {
    let producer: Promise<Producer> | null = null
    let sending = false
    return {
      async send(messages) {
        // Concurrent batches with one lost reply would acknowledge a message that was never stored.
        if (sending) throw new Error("a producer sends one batch at a time")
        sending = true
        producer ??= connectProducer(topics)
        try {
          await (await producer).sendBatch({ acks: -1, topicMessages: byTopic(messages) })
        } catch (cause) {
          // Its sequence numbers may no longer be those of the broker: only a new producer's are right.
          disconnect(producer)
          producer = null
          throw isRefusal(cause) ? new MessageRefused(messageOf(cause), { cause }) : cause
        } finally {
          sending = false
        }
      },
      close: () => closed(producer),
    }
  }

  return {
    openProducer,
    startConsumer: (options) => startKafkaConsumer(kafka, () => createTopics([options.topic]), options),
    async topicSpan(topic) {
      const partitions = await administer((client) => client.fetchTopicOffsets(topic))
      return new Map(
        partitions.map(({ partition, low, high }) => [partition, { begin: BigInt(low), end: BigInt(high) }]),
      )
    },
    async groupOffsets(groupId, topic) {
      const [found] = await administer((client) => client.fetchOffsets({ groupId, topics: [topic] }))
      return new Map(found?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]))
    },
    close: () => closed(admin),
  }
}

async function connected<Client extends { connect(): Promise<void> }>(client: Client): Promise<Client> {
  await client.connect()
  return client
}

const disconnect = (client: Promise<{ disconnect(): Promise<void> }>): void =>
  void client.then((open) => open.disconnect()).catch(() => undefined)

/** One that is still trying to connect is not waited for: it may try for long. */
const closed = async (client: Promise<{ disconnect(): Promise<void> }> | null): Promise<void> => {
  const ended = client?.then((open) => open.disconnect()).catch(() => undefined)
  if (ended) await within(systemClock, CLOSE_TIMEOUT_MS, ended)
}

const byTopic = (messages: readonly Message[]) =>
  [...Map.groupBy(messages, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
    topic,
    messages: ofTopic.map(({ key, value, headers }) => ({ key, value, headers })),
  }))

/** Answers by which a broker says that it is the messages, not the moment. */
const refusals = new Set([
  "MESSAGE_TOO_LARGE",
  "RECORD_LIST_TOO_LARGE",
  "INVALID_RECORD",
  "INVALID_TIMESTAMP",
])

function isRefusal(cause: unknown): boolean {
  const { type, cause: deeper } = (cause ?? {}) as { type?: string; cause?: unknown }
  return refusals.has(type ?? "") || (deeper !== undefined && deeper !== cause && isRefusal(deeper))
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** What it calls an error it tries again; a failure that lasts is told by whoever asked for the work. */
function tell(logger: KafkaLogger, { level, namespace, log }: LogEntry): void {
  const { message, logger: _, timestamp, stack, ...context } = log
  const line = `kafka ${namespace}: ${message}`
  if (level <= logLevel.WARN) logger.info(context, line)
  else logger.debug(context, line)
}
