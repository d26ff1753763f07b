import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { appendDurably } from "../../src/commands/append.ts"
import type { Clock } from "../../src/commands/ports/clock.ts"
import {
  type AppendResult,
  type EventStore,
  EventStoreUnavailable,
} from "../../src/commands/ports/event-store.ts"
import { createEventStore } from "../../src/infra/event-store.ts"
import { systemClock } from "../../src/infra/system-clock.ts"
import { all, appended, events, idsOf, streamOf, unique } from "../contract/event-store/support.ts"
import { startTestLogServer, type TestLogServer } from "../support/log-server.ts"

const quick = { firstPauseMs: 1, longestPauseMs: 20 }

describe("appendDurably", () => {
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

  /** The store, but what is given stands in for its first appends; after them it answers itself. */
  function withFirst(...first: ((send: () => Promise<AppendResult>) => Promise<AppendResult>)[]) {
    const sent: number[] = []
    const append: EventStore["append"] = (stream, expected, group) => {
      const send = () => store.append(stream, expected, group)
      sent.push(group.length)
      return first[sent.length - 1]?.(send) ?? send()
    }
    return { append, readStream: store.readStream, sent }
  }

  const unknown = { kind: "unknown", cause: new Error("lost on the way") } as const
  const requestLost = async () => unknown
  const answerLost = async (send: () => Promise<AppendResult>) => {
    await send()
    return unknown
  }

  test.each(["no_stream", 1n] as const)(
    "a lost answer, expected %s: found, not sent again",
    async (expected) => {
      const { stream } = expected === 1n ? await streamOf(store, 2) : { stream: unique("stream") }
      const broken = withFirst(answerLost)
      const group = events(3)
      const result = await appendDurably(broken, systemClock, quick)(stream, expected, group)
      const read = await all(store.readStream(stream, { from: expected === 1n ? 2n : 0n }))
      expect(idsOf(read)).toEqual(idsOf(group))
      expect(result).toEqual({ kind: "appended", revision: read[2]!.revision, position: read[2]!.position })
      expect(broken.sent).toHaveLength(1)
    },
  )

  test("a lost answer is found even if others have written on", async () => {
    const { stream } = await streamOf(store, 1)
    const group = events(2)
    const broken = withFirst(async (send) => {
      await send()
      await appended(store, stream, 2n, events(4))
      return unknown
    })
    const result = await appendDurably(broken, systemClock, quick)(stream, 0n, group)
    expect(result).toMatchObject({ kind: "appended", revision: 2n })
  })

  test("a lost request is sent again under the same ids, as often as need be", async () => {
    const { stream, written } = await streamOf(store, 1)
    const broken = withFirst(requestLost, requestLost, answerLost)
    const group = events(2)
    const result = await appendDurably(broken, systemClock, quick)(stream, 0n, group)
    expect(result).toMatchObject({ kind: "appended", revision: 2n })
    expect(idsOf(await all(store.readStream(stream)))).toEqual(idsOf([...written, ...group]))
    expect(broken.sent).toHaveLength(3)
  })

  test("a request that arrives late, after the same was sent again, is written once", async () => {
    const { stream } = await streamOf(store, 1)
    let arriveLate = async (): Promise<unknown> => undefined
    const broken = withFirst(async (send) => {
      arriveLate = send
      return unknown
    })
    const group = events(2)
    const result = await appendDurably(broken, systemClock, quick)(stream, 0n, group)
    expect(await arriveLate()).toEqual(result)
    expect(await all(store.readStream(stream))).toHaveLength(3)
  })

  test.each([
    ["as many", 2],
    ["fewer", 1],
    ["more", 5],
  ])("a lost request whose place %s others took is a conflict", async (_, count) => {
    const { stream } = await streamOf(store, 1)
    const broken = withFirst(async () => {
      await appended(store, stream, 0n, events(count))
      return unknown
    })
    expect(await appendDurably(broken, systemClock, quick)(stream, 0n, events(2))).toEqual({
      kind: "conflict",
    })
    expect(await all(store.readStream(stream))).toHaveLength(1 + count)
  })

  test("of a group only part of which stands there, none is ours", async () => {
    const { stream } = await streamOf(store, 1)
    const group = events(3)
    const broken = withFirst(async () => {
      await appended(store, stream, 0n, group.slice(0, 2))
      return unknown
    })
    expect(await appendDurably(broken, systemClock, quick)(stream, 0n, group)).toEqual({ kind: "conflict" })
  })

  test("a conflict is told at once", async () => {
    const { stream } = await streamOf(store, 3)
    const asIs = withFirst()
    expect(await appendDurably(asIs, systemClock)(stream, 0n, events(1))).toEqual({ kind: "conflict" })
    expect(asIs.sent).toHaveLength(1)
  })

  test("a stream behind the expected revision is a conflict, though nobody stands in the place", async () => {
    const { stream } = await streamOf(store, 1)
    const broken = withFirst(requestLost)
    expect(await appendDurably(broken, systemClock, quick)(stream, 7n, events(1))).toEqual({
      kind: "conflict",
    })
  })

  test("reads that fail are repeated, each pause twice the one before up to the longest", async () => {
    const { stream } = await streamOf(store, 1)
    const pauses: number[] = []
    const impatient: Clock = {
      ...systemClock,
      after(ms, run) {
        pauses.push(ms)
        return systemClock.after(0, run)
      },
    }
    let failures = 5
    const broken = {
      ...withFirst(requestLost),
      readStream(...args: Parameters<EventStore["readStream"]>) {
        failures -= 1
        if (failures >= 0) throw new EventStoreUnavailable("away")
        return store.readStream(...args)
      },
    }
    const append = appendDurably(broken, impatient, { firstPauseMs: 10, longestPauseMs: 100 })
    expect(await append(stream, 0n, events(1))).toMatchObject({ kind: "appended", revision: 1n })
    expect(pauses).toEqual([10, 20, 40, 80, 100, 100])
  })

  test("a bug is not repeated", async () => {
    await expect(appendDurably(store, systemClock)("", "no_stream", events(1))).rejects.toThrow(TypeError)
  })

  test("a signal ends it, also between two tries", async () => {
    const { stream } = await streamOf(store, 1)
    const away = withFirst(...Array.from({ length: 100 }, () => requestLost))
    const ending = new AbortController()
    const pending = appendDurably(away, systemClock)(stream, 0n, events(1), ending.signal)
    setTimeout(() => ending.abort(new Error("the sale was let go")), 20)
    await expect(pending).rejects.toThrow("the sale was let go")
    expect(away.sent).toHaveLength(1)
    await expect(appendDurably(store, systemClock)(stream, 0n, events(1), ending.signal)).rejects.toThrow(
      "the sale was let go",
    )
    expect(await all(store.readStream(stream))).toHaveLength(1)
  })

  test("eight groups over a server killed under each of them", { timeout: 60_000 }, async () => {
    const { stream, written } = await streamOf(store, 1)
    const append = appendDurably(store, systemClock)
    const ids = idsOf(written)
    for (let round = 0; round < 8; round++) {
      const group = events(100)
      const pending = append(stream, BigInt(ids.length - 1), group)
      // From before the request has left to after it was written.
      if (round > 0) await new Promise((resolve) => setTimeout(resolve, 2 * round))
      await server.kill()
      await server.restart()
      ids.push(...idsOf(group))
      expect(await pending).toMatchObject({ kind: "appended", revision: BigInt(ids.length - 1) })
    }
    expect(idsOf(await all(store.readStream(stream)))).toEqual(ids)
  })
})
