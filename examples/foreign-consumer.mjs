// A service of somebody else that keeps the day's takings, by the messages of Hash Coffee (docs/messages.md).
//
//   npm install kafkajs
//   node examples/foreign-consumer.mjs 127.0.0.1:9092 [group]
//
// What every consumer must do is done here:
// - a group of its own, whose members divide the work: start it twice with one group's name, and each gets a part;
// - an event is counted once, though its message may come again: its id is noted together with the effect (here in
//   memory, so that a start without a group's name begins at the first message; a service notes both in one
//   transaction of its database);
// - types and fields that it does not know are none of its business;
// - what it cannot read it sets aside and tells of, for nothing behind it shall wait.
import { randomUUID } from "node:crypto"
import { Kafka, logLevel } from "kafkajs"

const TOPIC = "hash-coffee.orders.v1"
const [brokers, groupId = `takings-${randomUUID()}`] = process.argv.slice(2)
if (!brokers) {
  console.error("usage: foreign-consumer.mjs <host:port,...> [group]")
  process.exit(2)
}

const seen = new Set()
let takingsFen = 0

/** Counts the money of paid orders. */
function take({ eventId, type, data }) {
  if (type !== "OrderPaid" || seen.has(eventId)) return
  takingsFen += data.amountFen
  seen.add(eventId)
  console.log(JSON.stringify({ eventId, orderId: data.orderId, amountFen: data.amountFen, takingsFen }))
}

const kafka = new Kafka({ clientId: "takings", brokers: brokers.split(","), logLevel: logLevel.ERROR })
const consumer = kafka.consumer({ groupId })

for (const signal of ["SIGINT", "SIGTERM"])
  process.once(signal, async () => {
    await consumer.disconnect()
    process.exit(0)
  })

await consumer.connect()
await consumer.subscribe({ topic: TOPIC, fromBeginning: true })
await consumer.run({
  // The offset is committed after this has returned: a crash in between brings the message again.
  eachMessage: async ({ partition, message: { offset, headers, value } }) => {
    // The header tells what it is without reading the value.
    if (String(headers["event-type"]) !== "OrderPaid") return
    try {
      take(JSON.parse(String(value)))
    } catch (cause) {
      console.error(`set aside: partition ${partition}, offset ${offset}: ${cause.message}`)
    }
  },
})
