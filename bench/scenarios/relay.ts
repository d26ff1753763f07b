import pino from "pino"
import { createEventStore } from "../../src/infra/event-store.ts"
import { createKafka } from "../../src/infra/kafka.ts"
import { FLASH_SALES_TOPIC } from "../../src/relay/messages.ts"
import { startChild } from "../harness/child.ts"
import { inTurn } from "../harness/rounds.ts"
import type { Scenario } from "../harness/scenario.ts"
import { seedSale } from "../harness/seed.ts"
import { startServers } from "../harness/servers.ts"
import type { Relaying } from "../tasks/relay.ts"

const RESERVATIONS = 100_000

export const relay: Scenario = {
  name: "relay",
  title: "the relay from the log to Kafka, against a kafkajs sendBatch loop of the same messages from memory",
  async run({ own, rounds, scale, tell }) {
    const { logUrl, mysqlUrl, brokers } = await startServers(own, { kafka: true })
    tell(`${RESERVATIONS * scale} reservations`)
    const store = createEventStore({ url: logUrl })
    await seedSale(store, RESERVATIONS * scale).finally(store.close)
    // The reservations, and the sale itself.
    const messages = RESERVATIONS * scale + 1
    // Each in a process of its own: the product writes by hand what kafkajs writes slowly.
    const start = () => own(startChild<Relaying, number>(new URL("../tasks/relay.ts", import.meta.url)))
    const [ours, bare] = [start(), start()]
    const how = { logUrl, mysqlUrl, brokers, messages }

    const measured = await inTurn(rounds, {
      ours: async () => messages / (await ours.call({ ...how, by: "relay" })),
      baseline: async () => messages / (await bare.call({ ...how, by: "loop" })),
    })
    await prove(brokers, messages * rounds)
    const goals = [{ of: "ratio", atLeast: 0.8 }] as const
    return [{ what: `${messages} messages`, unit: "messages/s", ...measured, goals }]
  },
}

/** Every message is in Kafka once for each round. */
async function prove(brokers: string, expected: number): Promise<void> {
  const kafka = createKafka({ brokers: [brokers], logger: pino({ level: "silent" }) })
  try {
    const spans = [...(await kafka.topicSpan(FLASH_SALES_TOPIC)).values()]
    const stored = spans.reduce((sum, { begin, end }) => sum + Number(end - begin), 0)
    if (stored !== expected) throw new Error(`Kafka holds ${stored} messages, not ${expected}`)
  } finally {
    await kafka.close()
  }
}
