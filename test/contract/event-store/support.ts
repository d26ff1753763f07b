import { randomUUID } from "node:crypto"
import { afterAll, beforeAll } from "vitest"
import type {
  EventStore,
  ExpectedRevision,
  SubscriptionMessage,
} from "../../../src/commands/ports/event-store.ts"
import type { EventMetadata, NewEvent, RecordedEvent } from "../../../src/domain/event.ts"
import type { StoreUnderTest } from "../event-store-contract.ts"

export const metadata: EventMetadata = {
  correlationId: "a-request",
  causationId: "a-cause",
  actor: "user:u1",
  schemaVersion: 1,
  codeVersion: "0.0.0",
}

/** A name that no other test has. */
export const unique = (prefix: string): string => `${prefix}-${randomUUID()}`

export const event = (data: object = {}, type = "CupSold"): NewEvent => ({
  id: randomUUID(),
  type,
  data,
  metadata,
})

export const events = (count: number, type?: string): NewEvent[] =>
  Array.from({ length: count }, (_, number) => event({ number }, type))

export const idsOf = (all: readonly Pick<NewEvent, "id">[]): string[] => all.map(({ id }) => id)

/** Appends and insists on success. */
export async function appended(
  store: EventStore,
  stream: string,
  expected: ExpectedRevision,
  all: readonly NewEvent[],
): Promise<{ revision: bigint; position: bigint }> {
  const result = await store.append(stream, expected, all)
  if (result.kind !== "appended") throw new Error(`the append to ${stream} ended as ${result.kind}`)
  return result
}

/** A new stream with so many events. */
export async function streamOf(store: EventStore, count: number, prefix = "stream") {
  const stream = unique(prefix)
  const written = events(count)
  return { stream, written, ...(await appended(store, stream, "no_stream", written)) }
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const taken: Item[] = []
  for await (const item of items) taken.push(item)
  return taken
}

/** Reads messages until one satisfies `last`, and returns them with it. */
export async function until(
  messages: AsyncIterator<SubscriptionMessage>,
  last: (message: SubscriptionMessage) => boolean,
): Promise<SubscriptionMessage[]> {
  const taken: SubscriptionMessage[] = []
  for (;;) {
    const { value, done } = await messages.next()
    if (done) throw new Error(`the subscription ended after ${taken.length} messages`)
    taken.push(value)
    if (last(value)) return taken
  }
}

export const isEvent =
  (id: string) =>
  (message: SubscriptionMessage): boolean =>
    message.kind === "event" && message.event.id === id

export const isCaughtUp = ({ kind }: SubscriptionMessage): boolean => kind === "caught_up"

export const eventsOf = (messages: readonly SubscriptionMessage[]): RecordedEvent[] =>
  messages.flatMap((message) => (message.kind === "event" ? [message.event] : []))

/** The store for the tests of one `describe`; opened before them and closed after them. */
export function useStore<Opened extends StoreUnderTest>(open: () => Promise<Opened>): () => Opened {
  let opened: Opened | undefined
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(async () => {
    await opened?.close()
  })
  return () => opened!
}
