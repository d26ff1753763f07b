import { randomUUID } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import { EventStoreDBClient, excludeSystemEvents, jsonEvent, START } from "@eventstore/db-client"
import { afterAll, beforeAll, expect, it } from "vitest"
import { startTestLogServer, type TestLogServer } from "../support/log-server.ts"

const KILLS = 8
const WRITERS = 3
const GROUP = 20
/** Longest wait for an answer: after it nobody knows what became of the group, and it is sent again. */
const PATIENCE_MS = 1_000

let server: TestLogServer
let client: EventStoreDBClient

beforeAll(async () => {
  server = await startTestLogServer()
  client = EventStoreDBClient.connectionString(server.url)
})

afterAll(async () => {
  await client.dispose()
  await server.close()
})

interface Group {
  readonly stream: string
  /** Revision before it, -1 for the first. */
  readonly after: bigint
  readonly ids: readonly string[]
}

/** Sends the group until it is acknowledged, always with the same ids under the same revision. */
async function append({ stream, after, ids }: Group): Promise<void> {
  const events = ids.map((id) => jsonEvent({ id, type: "Written", data: { id } }))
  for (;;) {
    const answer = client
      .appendToStream(stream, events, { expectedRevision: after < 0n ? "no_stream" : after })
      .then(({ nextExpectedRevision }) => nextExpectedRevision === after + BigInt(ids.length))
      .catch((error) => {
        if (error.type === "wrong-expected-version") throw error
        return false
      })
    if (await Promise.race([answer, sleep(PATIENCE_MS, false)])) return
    await sleep(10)
  }
}

it("keeps what it acknowledged and what it showed, in order and once, over eight kills under load", async () => {
  const acknowledged = new Map<string, string[]>()
  const seen: string[] = []
  let over = false

  async function write(stream: string): Promise<void> {
    const mine: string[] = []
    acknowledged.set(stream, mine)
    while (!over) {
      const ids = Array.from({ length: GROUP }, () => randomUUID())
      await append({ stream, after: BigInt(mine.length) - 1n, ids })
      mine.push(...ids)
    }
  }

  async function watch(): Promise<void> {
    let after: { commit: bigint; prepare: bigint } | typeof START = START
    while (!over) {
      try {
        const subscription = client.subscribeToAll({ fromPosition: after, filter: excludeSystemEvents() })
        for await (const { event } of subscription) {
          if (!event) continue
          seen.push(event.id)
          after = event.position
          if (over) break
        }
      } catch {
        await sleep(10)
      }
    }
  }

  const total = () => [...acknowledged.values()].reduce((sum, ids) => sum + ids.length, 0)
  const writers = Array.from({ length: WRITERS }, (_, n) => write(`written-${n}`))
  const watching = watch()
  for (let kill = 1; kill <= KILLS; kill++) {
    // Under load each time: the kill falls somewhere into groups that are being written.
    const before = total()
    while (total() < before + 40 * GROUP) await sleep(Math.random() * 5)
    await server.restart()
  }
  over = true
  await Promise.all(writers)
  await append({ stream: "last", after: -1n, ids: [randomUUID()] })
  await watching

  const inAll: string[] = []
  for await (const { event } of client.readAll())
    if (event && !event.type.startsWith("$")) inAll.push(event.id)
  for (const [stream, ids] of acknowledged) {
    const stored: string[] = []
    for await (const { event } of client.readStream(stream)) if (event) stored.push(event.id)
    expect(stored).toEqual(ids)
  }
  expect(new Set(inAll).size).toBe(inAll.length)
  expect(inAll.length).toBe(total() + 1)
  expect(seen).toEqual(inAll.slice(0, seen.length))
  expect(seen.length).toBeGreaterThan(0)
})
