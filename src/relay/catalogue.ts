import { z } from "zod"
import { envelope, type MessageType, messageTypes, published, type Topic, topics } from "./messages.ts"

interface FieldSchema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly string[]
  readonly format?: string
  readonly description?: string
}

/** The catalogue of all messages, as Markdown: what `docs/messages.md` holds. */
export const catalogue = (): string => `# Messages

Kafka carries what other services may want to know. This page is generated from the schemas that every message is
checked with: \`npm run messages\` writes it, and a test compares it. Do not edit it.

- **Topics** are created by the application, with six partitions. The key is the aggregate's id: an order's on
  \`hash-coffee.orders.v1\`, a flash sale's on \`hash-coffee.flash-sales.v1\`.
- **Order.** The messages of one key come in the order of their events, but for one that Kafka had refused and that was
  passed on later: \`position\` tells.
- **At least once.** A message may come again, after a crash or when the log is replayed: with the same \`event-id\`. Note
  the id together with the effect, and do nothing the second time.
- **Compatibility.** Fields and types of messages may be added: ignore what you do not know. Nothing is renamed, removed or
  changed in meaning; that would be a new version, on a topic of its own.
- Money is in fen, instants are ISO-8601 in UTC. No message holds personal data beyond the user's id.
- The guide's "order timed out" is \`OrderCancelled\` with the reason \`timeout\`.

[examples/foreign-consumer.mjs](../examples/foreign-consumer.mjs) is a consumer that does all this.

## Headers

| header | value |
| --- | --- |
| \`event-id\` | the event's id, a UUID |
| \`event-type\` | the event's name, as in \`type\` |
| \`schema-version\` | as in \`schemaVersion\` |
| \`position\` | as in \`position\` |
| \`traceparent\` | W3C trace context of the request that it follows from; derived from its correlation id, and not sampled, where the request brought none |

## Value

JSON, with these fields around \`data\`:

${fields(envelope)}
${topics.map(section).join("")}`

const section = (topic: Topic): string =>
  `\n## \`${topic}\`\n${messageTypes
    .filter((type) => published[type].topic === topic)
    .map(entry)
    .join("")}`

const entry = (type: MessageType): string =>
  `\n### ${type}\n\n${published[type].meaning}\n\n${fields(published[type].data)}\n`

function fields(schema: z.ZodObject): string {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "output" })
  const rows = Object.entries(properties).map(([name, field]) => {
    const { description, ...shape } = field as FieldSchema
    const presence = required.includes(name) ? "" : ", optional"
    return `| \`${name}\` | ${shapeOf(shape)}${presence} | ${description} |`
  })
  return ["| field | type | meaning |", "| --- | --- | --- |", ...rows].join("\n")
}

function shapeOf(field: FieldSchema): string {
  if (field.const !== undefined) return `\`${field.const}\``
  if (field.enum) return field.enum.map((word) => `\`${word}\``).join(", ")
  return field.format === "date-time" ? "instant" : (field.type ?? "any")
}
