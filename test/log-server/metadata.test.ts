import { EventStoreDBClient, jsonEvent } from "@eventstore/db-client"
import { expect, it } from "vitest"
import { startTestLogServer } from "../support/log-server.ts"

/** A name that is no key of the database; its metadata stream's is not either. */
const LONG = "l".repeat(1_000)

it.each([
  ["a short name", "short"],
  ["a long name", LONG],
])("a stream of %s has its metadata from the first one on, and after a restart", async (_, stream) => {
  const server = await startTestLogServer()
  const client = EventStoreDBClient.connectionString(server.url)
  const revisions = async () => {
    const found: bigint[] = []
    for await (const { event } of client.readStream(stream)) if (event) found.push(event.revision)
    return found
  }
  await client.appendToStream(
    stream,
    Array.from({ length: 5 }, () => jsonEvent({ type: "t", data: {} })),
  )
  expect(await revisions()).toEqual([0n, 1n, 2n, 3n, 4n])
  await client.setStreamMetadata(stream, { maxCount: 2 })
  expect(await revisions()).toEqual([3n, 4n])
  await server.restart()
  await expect.poll(revisions).toEqual([3n, 4n])
  await client.dispose()
  await server.close()
})
