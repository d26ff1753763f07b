import { describe, expect, test } from "vitest"
import { appendDurably } from "../../../src/commands/append.ts"
import { EventStoreUnavailable, type SubscriptionMessage } from "../../../src/commands/ports/event-store.ts"
import { systemClock } from "../../../src/infra/system-clock.ts"
import type { KillableStore } from "../event-store-contract.ts"
import { all, event, events, eventsOf, idsOf, isEvent, streamOf, unique, useStore } from "./support.ts"

const GROUP = 20
const KILLS = 3

export function lossContract(open: () => Promise<KillableStore>): void {
  const use = useStore(open)

  test("an append is unknown and a read throws while the server is away; then both work again", async () => {
    const { store, kill, restart } = use()
    const { stream, written } = await streamOf(store, 2)
    await kill()
    const lost = event()
    expect(await store.append(stream, 1n, [lost])).toMatchObject({
      kind: "unknown",
      cause: expect.any(Error),
    })
    await expect(all(store.readStream(stream))).rejects.toBeInstanceOf(EventStoreUnavailable)
    await expect(all(store.readAll({ limit: 1 }))).rejects.toBeInstanceOf(EventStoreUnavailable)
    await expect(store.endPosition()).rejects.toBeInstanceOf(EventStoreUnavailable)
    await restart()
    const result = await appendDurably(store, systemClock)(stream, 1n, [lost])
    expect(result).toMatchObject({ kind: "appended", revision: 2n })
    expect(idsOf(await all(store.readStream(stream)))).toEqual([...idsOf(written), lost.id])
  }, 30_000)

  test("a read that the server's end cuts off throws, and never looks complete", async () => {
    const { store, kill, restart } = use()
    const stream = unique("long")
    for (let revision = -1n; revision < 9_000n; revision += 500n)
      await store.append(stream, revision < 0n ? "no_stream" : revision, events(500))
    let read = 0
    async function readOn(): Promise<void> {
      for await (const _ of store.readStream(stream)) {
        read += 1
        if (read === 10) await kill()
      }
    }
    await expect(readOn()).rejects.toBeInstanceOf(EventStoreUnavailable)
    expect(read).toBeLessThan(9_500)
    await restart()
  }, 30_000)

  test(`${KILLS} kills under a writer and two subscriptions: nothing lost, nothing twice, all in order`, async () => {
    const { store, kill, restart } = use()
    const stream = unique("busy")
    const ending = new AbortController()
    const { signal } = ending
    const after = await store.endPosition()
    const ofStream = follow(store.subscribeStream({ stream, signal }))
    const ofAll = follow(store.subscribeAll({ filter: { streamPrefixes: [stream] }, after, signal }))

    const ids: string[] = []
    let writing = true
    async function write(): Promise<void> {
      const append = appendDurably(store, systemClock)
      while (writing) {
        const group = events(GROUP)
        const expected = ids.length === 0 ? "no_stream" : BigInt(ids.length - 1)
        const result = await append(stream, expected, group)
        expect(result).toMatchObject({ kind: "appended", revision: BigInt(ids.length + GROUP - 1) })
        ids.push(...idsOf(group))
      }
    }
    const written = write()
    for (let round = 0; round < KILLS; round++) {
      await ofStream.passed(ids.length + 5 * GROUP)
      await kill()
      await restart()
    }
    await ofStream.passed(ids.length + 5 * GROUP)
    writing = false
    await written
    await Promise.all([ofStream.passed(ids.length), ofAll.passed(ids.length)])
    ending.abort()

    expect(idsOf(await all(store.readStream(stream)))).toEqual(ids)
    expect(await ofStream.ids()).toEqual(ids)
    expect(await ofAll.ids()).toEqual(ids)
  }, 60_000)

  describe("a subscription that begins while the server is away", () => {
    test("waits for it", async () => {
      const { store, kill, restart } = use()
      const { stream, written } = await streamOf(store, 1)
      await kill()
      const ending = new AbortController()
      const messages = store.subscribeStream({ stream, signal: ending.signal })[Symbol.asyncIterator]()
      const first = messages.next()
      await restart()
      expect(isEvent(written[0]!.id)((await first).value as SubscriptionMessage)).toBe(true)
      ending.abort()
    }, 30_000)

    test("ends promptly when told to", async () => {
      const { store, kill, restart } = use()
      await kill()
      const ending = new AbortController()
      const messages = store.subscribeStream({ stream: "any", signal: ending.signal })[Symbol.asyncIterator]()
      const first = messages.next()
      setTimeout(() => ending.abort(), 300)
      expect(await first).toEqual({ done: true, value: undefined })
      await restart()
    }, 30_000)
  })
}

/** Reads a subscription to its end. */
function follow(messages: AsyncIterable<SubscriptionMessage>) {
  const seen: string[] = []
  let wake = () => {}
  const ended = (async () => {
    for await (const message of messages) {
      seen.push(...idsOf(eventsOf([message])))
      wake()
    }
  })()
  return {
    /** Resolves when so many events were seen. */
    async passed(count: number): Promise<void> {
      while (seen.length < count)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    },
    async ids(): Promise<string[]> {
      await ended
      return seen
    },
  }
}
