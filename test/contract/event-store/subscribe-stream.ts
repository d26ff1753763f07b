import { describe, expect, test } from "vitest"
import type { StoreUnderTest } from "../event-store-contract.ts"
import {
  appended,
  event,
  events,
  eventsOf,
  idsOf,
  isCaughtUp,
  isEvent,
  streamOf,
  unique,
  until,
  useStore,
} from "./support.ts"

export function subscribeStreamContract(open: () => Promise<StoreUnderTest>): void {
  const use = useStore(open)

  function subscribe(stream: string, after?: bigint) {
    const ending = new AbortController()
    const messages = use().store.subscribeStream({
      stream,
      signal: ending.signal,
      ...(after === undefined ? {} : { after }),
    })
    return { messages: messages[Symbol.asyncIterator](), end: () => ending.abort() }
  }

  test("from the start, then live, each event once and in order", async () => {
    const { store } = use()
    const { stream, written } = await streamOf(store, 3)
    const { messages, end } = subscribe(stream)
    const old = await until(messages, isCaughtUp)
    expect(idsOf(eventsOf(old))).toEqual(idsOf(written))
    const live = events(2)
    const { position } = await appended(store, stream, 2n, live)
    const seen = eventsOf(await until(messages, isEvent(live[1]!.id)))
    expect(idsOf(seen)).toEqual(idsOf(live))
    expect(seen.at(-1)).toMatchObject({ stream, revision: 4n, position, data: { number: 1 } })
    end()
  })

  test.each([
    [0n, 2],
    [1n, 1],
    [2n, 0],
  ])("after revision %s of three", async (after, count) => {
    const { store } = use()
    const { stream, written } = await streamOf(store, 3)
    const { messages, end } = subscribe(stream, after)
    const live = event()
    await appended(store, stream, 2n, [live])
    const seen = eventsOf(await until(messages, isEvent(live.id)))
    expect(idsOf(seen)).toEqual(idsOf([...written.slice(3 - count), live]))
    end()
  })

  test("what the reader knows already is left out", async () => {
    const { store } = use()
    const { stream, written } = await streamOf(store, 3)
    const ending = new AbortController()
    let known = 1n
    const isKnown = (revision: bigint) => revision <= known
    const subscribed = store.subscribeStream({ stream, isKnown, signal: ending.signal })
    const messages = subscribed[Symbol.asyncIterator]()
    expect(idsOf(eventsOf(await until(messages, isCaughtUp)))).toEqual([written[2]!.id])
    const live = events(2)
    known = 3n
    await appended(store, stream, 2n, live)
    const seen = eventsOf(await until(messages, isEvent(live[1]!.id)))
    expect(idsOf(seen)).toEqual([live[1]!.id])
    ending.abort()
  })

  test("a stream that is not there yet is waited for", async () => {
    const { store } = use()
    const stream = unique("stream")
    const { messages, end } = subscribe(stream)
    const written = events(3)
    const seen = until(messages, isEvent(written[2]!.id))
    await appended(store, unique("other"), "no_stream", events(1))
    await appended(store, stream, "no_stream", written)
    expect(idsOf(eventsOf(await seen))).toEqual(idsOf(written))
    end()
  })

  test("a slow reader misses nothing", { timeout: 20_000 }, async () => {
    const { store } = use()
    const { stream, written } = await streamOf(store, 100)
    const { messages, end } = subscribe(stream)
    const ids = idsOf(written)
    for (let revision = 99n; revision < 1_900n; revision += 300n) {
      const group = events(300)
      await appended(store, stream, revision, group)
      ids.push(...idsOf(group))
    }
    const seen: string[] = []
    while (seen.length < ids.length) {
      const { value } = await messages.next()
      if (value?.kind === "event") seen.push(value.event.id)
      if (seen.length % 200 === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(seen).toEqual(ids)
    end()
  })

  describe("ends when told to", () => {
    test("while it is idle", async () => {
      const { stream } = await streamOf(use().store, 1)
      const { messages, end } = subscribe(stream)
      await until(messages, isCaughtUp)
      const next = messages.next()
      const asked = performance.now()
      end()
      expect(await next).toEqual({ done: true, value: undefined })
      expect(performance.now() - asked).toBeLessThan(500)
    })

    test("before it began", async () => {
      const { stream } = await streamOf(use().store, 1)
      const { messages, end } = subscribe(stream)
      end()
      expect(await messages.next()).toEqual({ done: true, value: undefined })
    })

    test("in the midst of events", async () => {
      const { stream } = await streamOf(use().store, 500)
      const { messages, end } = subscribe(stream)
      await messages.next()
      end()
      expect(await messages.next()).toEqual({ done: true, value: undefined })
    })

    test("by its reader, who leaves", async () => {
      const { stream } = await streamOf(use().store, 500)
      const { messages } = subscribe(stream)
      await messages.next()
      await messages.return?.()
      expect(await messages.next()).toEqual({ done: true, value: undefined })
    })
  })
}
