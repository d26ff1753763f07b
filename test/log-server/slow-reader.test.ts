import { readFileSync } from "node:fs"
import { EventStoreDBClient, jsonEvent } from "@eventstore/db-client"
import { expect, it } from "vitest"
import { startTestLogServer } from "../support/log-server.ts"

const APPENDS = 100
const APPEND_BYTES = 900_000
const EVENTS = 3

/** Memory that the process has taken for itself; the log's file, which it maps, is not in it. */
const memoryBytes = (pid: number): number =>
  Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1_024

it("keeps its memory while subscribers read nothing of 90 MB, and then shows them all of it", async () => {
  const server = await startTestLogServer()
  const client = EventStoreDBClient.connectionString(server.url)
  const data = { padding: "x".repeat(APPEND_BYTES / EVENTS) }
  const events = () => Array.from({ length: EVENTS }, () => jsonEvent({ type: "Large", data }))

  await client.appendToStream("large", events())
  const slow = Array.from({ length: 5 }, () => client.subscribeToStream("large"))
  await Promise.all(
    slow.map((subscription) => new Promise((resolve) => subscription.once("confirmation", resolve))),
  )
  const before = memoryBytes(server.pid)
  let most = before
  for (let n = 1; n < APPENDS; n++) {
    await client.appendToStream("large", events())
    most = Math.max(most, memoryBytes(server.pid))
  }
  // Its newest events, what the collector has not collected yet, a message or two a reader: but not a copy a reader.
  expect(most - before).toBeLessThan(100 * 1_048_576)

  let seen = 0n
  for await (const { event } of slow[0]!) {
    if (!event) continue
    expect(event.revision).toBe(seen++)
    if (seen === BigInt(APPENDS * EVENTS)) break
  }
  await client.dispose()
  await server.close()
})

it("ends a read where the stream and the log ended when it began, though they grow faster than it reads", async () => {
  const server = await startTestLogServer()
  const client = EventStoreDBClient.connectionString(server.url)
  const data = { padding: "x".repeat(100_000) }
  const grow = (count: number) =>
    client.appendToStream(
      "growing",
      Array.from({ length: count }, () => jsonEvent({ type: "Large", data })),
    )
  for (let n = 0; n < 3; n++) await grow(9)
  for (const open of [() => client.readStream("growing"), () => client.readAll()]) {
    const { position } = await grow(1)
    let last = 0n
    for await (const { event } of open()) {
      last = event?.position?.commit ?? last
      await grow(1)
      // The page that holds the end may hold some more.
      expect(last).toBeLessThan(position!.commit + 2_000n)
    }
    expect(last).toBeGreaterThanOrEqual(position!.commit)
  }
  await client.dispose()
  await server.close()
})
