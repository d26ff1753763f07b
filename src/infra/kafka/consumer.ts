import type { Consumer, Kafka } from "kafkajs"
import { sleep } from "../../commands/ports/clock.ts"
import type { ConsumerOptions } from "../../commands/ports/message-broker.ts"
import { systemClock } from "../system-clock.ts"

/** A member that is not heard of for so long is dead: others take its partitions over. */
const SESSION_TIMEOUT_MS = 10_000
const REJOIN_AFTER_MS = 1_000
/** How long a broker without news holds its answer back; a member that leaves waits for it. */
const LONGEST_POLL_MS = 1_000

/** A member of a group: joins, and joins again after whatever it failed of, until it is stopped. */
export function startKafkaConsumer(
  kafka: Kafka,
  prepare: () => Promise<unknown>,
  options: ConsumerOptions,
): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  const ended = run()
  return {
    stop: () => {
      stopping.abort()
      return ended
    },
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const consumer = kafka.consumer({
        groupId: options.group,
        sessionTimeout: SESSION_TIMEOUT_MS,
        rebalanceTimeout: SESSION_TIMEOUT_MS,
        maxWaitTimeInMs: LONGEST_POLL_MS,
        allowAutoTopicCreation: false,
        // What crashes is built anew below, whatever it crashed of.
        retry: { restartOnFailure: async () => false },
      })
      try {
        await prepare()
        await consumeUntil(signal, consumer, options)
      } catch (cause) {
        if (!signal.aborted) options.onFailure(cause)
      } finally {
        await consumer.disconnect().catch(() => undefined)
      }
      await sleep(systemClock, REJOIN_AFTER_MS, signal)
    }
  }
}

/** Consumes until `signal` aborts; throws what the consumer crashed of. Offsets are committed after each batch's effect. */
async function consumeUntil(signal: AbortSignal, consumer: Consumer, options: ConsumerOptions) {
  const end = Promise.withResolvers<void>()
  const stop = () => end.resolve()
  signal.addEventListener("abort", stop, { once: true })
  if (signal.aborted) stop()
  consumer.on(consumer.events.CRASH, ({ payload }) => end.reject(payload.error))
  // It may crash before anybody waits for its end.
  end.promise.catch(() => undefined)
  await consumer.connect()
  await consumer.subscribe({ topic: options.topic, fromBeginning: true })
  await consumer.run({
    eachBatch: ({ batch: { topic, partition, messages } }) =>
      options
        .onBatch(
          messages.map(({ offset, key, value }) => ({
            topic,
            partition,
            offset,
            key: key?.toString() ?? "",
            value: value?.toString() ?? "",
          })),
        )
        .catch((cause) => {
          options.onFailure(cause)
          throw cause
        }),
  })
  await end.promise.finally(() => signal.removeEventListener("abort", stop))
}
