/** Appends groups to one stream through the product's adapter, one after the other. */
import { randomUUID } from "node:crypto"
import { v7 as newId } from "uuid"
import { newEvent } from "../../src/commands/context.ts"
import type { EventStore } from "../../src/commands/ports/event-store.ts"
import { createEventStore } from "../../src/infra/event-store.ts"
import { answerCalls } from "../harness/child.ts"

export interface Appends {
  readonly logUrl: string
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

answerCalls<Appends, Appended>(async ({ logUrl, group, seconds }) => {
  const store = createEventStore({ url: logUrl })
  try {
    return await append(store, group, seconds)
  } finally {
    await store.close()
  }
})

async function append(store: EventStore, group: number, seconds: number): Promise<Appended> {
  const stream = `bench-${randomUUID()}`
  const beganMs = performance.now()
  const countFromMs = beganMs + (seconds / 4) * 1_000
  const endMs = beganMs + seconds * 1_000
  let events = 0
  let before = 0
  for (let nowMs = beganMs; nowMs < endMs; nowMs = performance.now()) {
    if (nowMs < countFromMs) before = events
    const expected = events === 0 ? ("no_stream" as const) : BigInt(events - 1)
    const result = await store.append(stream, expected, reservations(group, events))
    if (result.kind !== "appended") throw new Error(`an append ended as ${result.kind}`)
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
