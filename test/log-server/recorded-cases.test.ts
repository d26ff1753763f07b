import { EventStoreDBClient } from "@eventstore/db-client"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { startTestLogServer, type TestLogServer } from "../support/log-server.ts"
import { cases, needsQuiet } from "./case.ts"
import { play } from "./play.ts"

// Cases wait for what does not come; together they wait no longer than one.
vi.setConfig({ maxConcurrency: 32 })

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

const restart = () => Promise.reject(new Error("a case that restarts the server is played elsewhere"))

describe.concurrent("as a real EventStoreDB answered", () => {
  for (const recorded of cases.filter((one) => !needsQuiet(one)))
    it(`${recorded.group}: ${recorded.name}`, async () => {
      const answers = await play(recorded, { client, restart })
      expect(answers).toEqual(recorded.steps.map(({ answer }) => answer))
    })
})

it("the recordings are complete", () => {
  expect(cases.length).toBe(611)
})
