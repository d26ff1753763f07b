import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { EventStoreUnavailable } from "../../src/commands/ports/event-store.ts"
import { createAppend } from "../../src/infra/event-store/append.ts"
import { type Connection, createConnection } from "../../src/infra/event-store/connection.ts"
import { createReads } from "../../src/infra/event-store/read.ts"
import { events, unique } from "../contract/event-store/support.ts"
import { startTestLogServer } from "../support/log-server.ts"

const hang = new Error("no answer")
const unavailable = Object.assign(new Error("14 UNAVAILABLE"), { code: 14 })

describe("the connection to the event store", () => {
  let connection: Connection

  beforeEach(() => {
    connection = createConnection("esdb://127.0.0.1:1?tls=false")
  })

  afterEach(() => connection.close())

  test("keeps its client as long as answers come", async () => {
    const lease = await connection.lease()
    for (const kind of ["append", "read"] as const) {
      connection.troubled(lease, kind, hang)
      connection.answered(kind)
      connection.troubled(lease, kind, hang)
      connection.answered(kind)
    }
    expect(await connection.lease()).toBe(lease)
    expect(lease.retired).toBe(false)
  })

  test("replaces it after a second append in a row that hung, whatever reads say", async () => {
    const lease = await connection.lease()
    connection.troubled(lease, "append", hang)
    connection.answered("read")
    connection.troubled(lease, "append", hang)
    expect(await connection.lease()).not.toBe(lease)
    expect(lease.retired).toBe(true)
  })

  test("leaves it to the client to find a server that cannot be reached", async () => {
    const lease = await connection.lease()
    for (let round = 0; round < 5; round++) connection.troubled(lease, "read", unavailable)
    expect(await connection.lease()).toBe(lease)
  })

  test("does not blame the new client for what the old one left behind", async () => {
    const old = await connection.lease()
    for (let round = 0; round < 2; round++) connection.troubled(old, "read", hang)
    const lease = await connection.lease()
    for (let round = 0; round < 5; round++) connection.troubled(old, "read", hang)
    expect(await connection.lease()).toBe(lease)
  })

  test("a client that was given up opens nothing any more", async () => {
    const old = await connection.lease()
    for (let round = 0; round < 2; round++) connection.troubled(old, "read", hang)
    await connection.lease()
    await expect(old.appendCall()).rejects.toThrow("given up")
    await expect(async () => {
      for await (const _ of old.client.readStream("any")) break
    }).rejects.toThrow("given up")
  })

  test("gives out nothing after its close", async () => {
    await connection.close()
    await expect(connection.lease()).rejects.toThrow("closed")
  })
})

test("a read is not taken for complete when its client is given up in its midst", async () => {
  const server = await startTestLogServer()
  const connection = createConnection(server.url)
  const append = createAppend(connection, 5_000)
  const stream = unique("long")
  for (let group = 0; group < 10; group++)
    await append(stream, group === 0 ? "no_stream" : BigInt(500 * group - 1), events(500))

  let read = 0
  async function readOn(): Promise<void> {
    for await (const _ of createReads(connection, 5_000).readStream(stream)) {
      read += 1
      if (read !== 10) continue
      const lease = await connection.lease()
      for (let round = 0; round < 2; round++) connection.troubled(lease, "read", hang)
    }
  }
  await expect(readOn()).rejects.toBeInstanceOf(EventStoreUnavailable)
  expect(read).toBeLessThan(5_000)
  await connection.close()
  await server.close()
})
