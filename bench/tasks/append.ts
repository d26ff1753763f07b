/** Appends groups to one stream, one after the other. */
import { randomUUID } from "node:crypto"
import { EventStoreDBClient, jsonEvent } from "@eventstore/db-client"
import { v7 as newId } from "uuid"
import { newEvent } from "../../src/commands/context.ts"
import type { NewEvent } from "../../src/domain/event.ts"
import { createEventStore } from "../../src/infra/event-store.ts"
import { answerCalls } from "../harness/child.ts"
import type { Through } from "../harness/through.ts"

export interface Appends {
  readonly logUrl: string
  readonly through: Through
  /** Events of one append. */
  readonly group: number
  readonly seconds: number
}

export interface Appended {
  readonly perSecond: number
  readonly stream: string
  readonly events: number
}

const SALE_ID = randomUUID()

answerCalls<Appends, Appended>(async ({ logUrl, through, group, seconds }) => {
  const log = through === "client" ? clientOf(logUrl) : adapterOf(logUrl)
  try {
    return await append(log, group, seconds)
  } finally {
    await log.close()
  }
})

interface Target {
  /** `after` is the stream's last revision, -1 before its first event. */
  append(stream: string, after: number, events: NewEvent[]): Promise<void>
  close(): Promise<void>
}

function adapterOf(url: string): Target {
  const store = createEventStore({ url })
  return {
    async append(stream, after, events) {
      const result = await store.append(stream, after < 0 ? "no_stream" : BigInt(after), events)
      if (result.kind !== "appended") throw new Error(`an append ended as ${result.kind}`)
    },
    close: () => store.close(),
  }
}

function clientOf(url: string): Target {
  const client = EventStoreDBClient.connectionString(url)
  return {
    async append(stream, after, events) {
      const same = events.map(({ data, metadata, ...event }) =>
        jsonEvent({ ...event, data: data as Record<string, unknown>, metadata: { ...metadata } }),
      )
      await client.appendToStream(stream, same, { expectedRevision: after < 0 ? "no_stream" : BigInt(after) })
    },
    close: () => client.dispose(),
  }
}

async function append(log: Target, group: number, seconds: number): Promise<Appended> {
  const stream = `bench-${randomUUID()}`
  const beganMs = performance.now()
  const countFromMs = beganMs + (seconds / 4) * 1_000
  const endMs = beganMs + seconds * 1_000
  let events = 0
  let before = 0
  for (let nowMs = beganMs; nowMs < endMs; nowMs = performance.now()) {
    if (nowMs < countFromMs) before = events
    await log.append(stream, events - 1, reservations(group, events))
    events += group
  }
  return { perSecond: (events - before) / ((performance.now() - countFromMs) / 1_000), stream, events }
}

/** As large as the product's. */
const reservations = (count: number, from: number) =>
  Array.from({ length: count }, (_, index) => {
    const requestId = `buyer-${index}:${SALE_ID}`
    const data = {
      ...{ requestId, userId: `buyer-${index}`, quantity: 1, payloadHash: "A".repeat(22) },
      ...{ orderId: `${SALE_ID}-${from + index}`, unitPriceFen: 990, amountFen: 990 },
      ...{ reservedAt: "2026-01-01T00:00:00.000Z", payBy: "2026-01-01T00:15:00.000Z" },
    }
    const context = { actor: `user:buyer-${index}`, correlationId: requestId, causationId: requestId }
    return newEvent(newId(), { type: "StockReserved", data }, context)
  })
