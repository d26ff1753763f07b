import { randomUUID } from "node:crypto"
import pino from "pino"
import { afterAll, beforeAll, expect, test } from "vitest"
import {
  type MessageBroker,
  MessageRefused,
  type ReceivedMessage,
} from "../../src/commands/ports/message-broker.ts"
import { createKafka } from "../../src/infra/kafka.ts"
import { sharedTestKafka } from "../support/kafka.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"

let kafka: Awaited<ReturnType<typeof sharedTestKafka>>
let broker: MessageBroker
const warnings: string[] = []
const onWarning = ({ name, message }: Error) => warnings.push(`${name}: ${message}`)
beforeAll(async () => {
  process.on("warning", onWarning)
  kafka = await sharedTestKafka()
  broker = createKafka({ brokers: kafka.brokers.split(","), logger: pino({ level: "silent" }) })
}, SERVER_START_TIMEOUT_MS)
afterAll(async () => {
  process.off("warning", onWarning)
  await broker?.close()
  await kafka?.close()
})

const messageTo = (topic: string, key: string, value: string) => ({ topic, key, value, headers: { a: "b" } })

/** A member of a group that gathers what it gets. */
function gather(group: string, topic: string, onBatch = async () => {}) {
  const got: ReceivedMessage[] = []
  const failures: unknown[] = []
  const consumer = broker.startConsumer({
    group,
    topic,
    async onBatch(messages) {
      await onBatch()
      got.push(...messages)
    },
    onFailure: (cause) => failures.push(cause),
  })
  return { got, failures, ...consumer }
}

test("what is sent arrives, in order for each key, and once its effect is done not again", async () => {
  const [topic, group] = [`test-${randomUUID()}`, `test-${randomUUID()}`]
  const producer = broker.openProducer([topic])
  for (const round of ["1", "2"])
    await producer.send(["a", "b", "c"].map((key) => messageTo(topic, key, `${key}${round}`)))
  let failing = true
  const first = gather(group, topic, async () => {
    if (failing) {
      failing = false
      throw new Error("not now")
    }
  })
  await expect.poll(() => first.got.length, { timeout: 15_000 }).toBe(6)
  const values = (key: string) => first.got.filter((message) => message.key === key).map(({ value }) => value)
  expect(["a", "b", "c"].map(values)).toEqual([
    ["a1", "a2"],
    ["b1", "b2"],
    ["c1", "c2"],
  ])
  expect(first.failures.map(String)).toContain("Error: not now")
  await first.stop()

  const span = [...(await broker.topicSpan(topic)).values()]
  expect(span.reduce((sum, { begin, end }) => sum + end - begin, 0n)).toBe(6n)
  await producer.send([messageTo(topic, "a", "a3")])
  const second = gather(group, topic)
  await expect.poll(() => second.got.map(({ value }) => value), { timeout: 15_000 }).toEqual(["a3"])
  await second.stop()
  const offsets = [...(await broker.groupOffsets(group, topic)).values()].filter((offset) => offset > 0n)
  expect(offsets.reduce((sum, offset) => sum + offset, 0n)).toBe(7n)
  await producer.close()
})

test("what is too large is refused, and the producer goes on", async () => {
  const topic = `test-${randomUUID()}`
  const producer = broker.openProducer([topic])
  await expect(producer.send([messageTo(topic, "k", "x".repeat(2_000_000))])).rejects.toThrow(MessageRefused)
  await producer.send([messageTo(topic, "k", "small")])
  const reader = gather(`test-${randomUUID()}`, topic)
  await expect.poll(() => reader.got.map(({ value }) => value), { timeout: 15_000 }).toEqual(["small"])
  await reader.stop()
  await producer.close()
})

test("a producer sends one batch at a time", async () => {
  const topic = `test-${randomUUID()}`
  const producer = broker.openProducer([topic])
  const first = producer.send([messageTo(topic, "k", "1")])
  await expect(producer.send([messageTo(topic, "k", "2")])).rejects.toThrow("one batch at a time")
  await first
  await producer.close()
})

test("nothing in it makes Node warn", () => expect(warnings).toEqual([]))
