import { afterAll, beforeAll, expect, test } from "vitest"
import { appendDurably } from "../../src/commands/append.ts"
import type { EventStore } from "../../src/commands/ports/event-store.ts"
import { createEventStore } from "../../src/infra/event-store.ts"
import { systemClock } from "../../src/infra/system-clock.ts"
import { events, unique } from "../contract/event-store/support.ts"
import { startTestLogServer, type TestLogServer } from "../support/log-server.ts"

const quick = { firstPauseMs: 1, longestPauseMs: 20 }
const unknown = { kind: "unknown", cause: new Error("lost on the way") } as const

let server: TestLogServer
let store: EventStore

beforeAll(async () => {
  server = await startTestLogServer()
  store = createEventStore({ url: server.url })
})

afterAll(async () => {
  await store.close()
  await server.close()
})

test("many lost answers do not look for their events all at once", async () => {
  const streams = Array.from({ length: 200 }, () => unique("stream"))
  let looking = 0
  let most = 0
  const lost = new Set<string>()
  const append = appendDurably(
    {
      async append(stream, expected, group) {
        const result = await store.append(stream, expected, group)
        if (lost.has(stream)) return result
        lost.add(stream)
        return unknown
      },
      async *readStream(stream, options) {
        most = Math.max(most, ++looking)
        try {
          yield* store.readStream(stream, options)
        } finally {
          looking -= 1
        }
      },
    },
    systemClock,
    quick,
  )
  const results = await Promise.all(streams.map((stream) => append(stream, "no_stream", events(1))))
  expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(["appended"]))
  expect(most).toBe(16)
})
