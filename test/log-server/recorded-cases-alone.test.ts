import { EventStoreDBClient } from "@eventstore/db-client"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { startTestLogServer, type TestLogServer } from "../support/log-server.ts"
import { cases, needsQuiet } from "./case.ts"
import { play } from "./play.ts"

// These look at the whole log, or kill the server: one at a time on a server of their own.
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

/** The client notices the loss by itself and connects again. */
async function restart(): Promise<void> {
  await server.restart()
  await vi.waitUntil(
    () =>
      client.appendToStream("after-a-restart", []).then(
        () => true,
        () => false,
      ),
    { timeout: 10_000, interval: 20 },
  )
}

describe("as a real EventStoreDB answered", () => {
  for (const recorded of cases.filter(needsQuiet))
    it(`${recorded.group}: ${recorded.name}`, async () => {
      const answers = await play(recorded, { client, restart })
      expect(answers).toEqual(recorded.steps.map(({ answer }) => answer))
    })
})

it("the restarts are among them", () => {
  expect(cases.filter(({ group }) => group === "restart").length).toBe(6)
})
