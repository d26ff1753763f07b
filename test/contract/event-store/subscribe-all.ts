import { expect, test } from "vitest"
import type { Filter, SubscriptionMessage } from "../../../src/commands/ports/event-store.ts"
import type { StoreUnderTest } from "../event-store-contract.ts"
import {
  all,
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

export function subscribeAllContract(open: () => Promise<StoreUnderTest>): void {
  const use = useStore(open)

  function subscribe(filter: Filter, after?: bigint) {
    const ending = new AbortController()
    const messages = use().store.subscribeAll({
      filter,
      signal: ending.signal,
      ...(after === undefined ? {} : { after }),
    })
    return { messages: messages[Symbol.asyncIterator](), end: () => ending.abort() }
  }

  const passes =
    (position: bigint) =>
    (message: SubscriptionMessage): boolean =>
      message.kind === "checkpoint" && message.position >= position

  test("by the beginnings of streams' names", async () => {
    const { store } = use()
    const [sale, order] = [unique("sale"), unique("order")]
    const after = await store.endPosition()
    const a = await streamOf(store, 2, sale)
    await streamOf(store, 2, unique("other"))
    const { messages, end } = subscribe({ streamPrefixes: [sale, order] }, after)
    const old = eventsOf(await until(messages, isCaughtUp))
    expect(idsOf(old)).toEqual(idsOf(a.written))
    await streamOf(store, 2, unique("other"))
    const b = await streamOf(store, 2, order)
    const live = eventsOf(await until(messages, isEvent(b.written[1]!.id)))
    expect(idsOf(live)).toEqual(idsOf(b.written))
    expect(live.at(-1)).toMatchObject({ stream: b.stream, revision: 1n, position: b.position })
    end()
  })

  test("by events' types, which are not taken for beginnings or patterns", async () => {
    const { store } = use()
    const [paid, other] = [`Paid.${unique("x")}`, unique("Failed")]
    const after = await store.endPosition()
    const first = event({}, paid)
    const decoys = [event({}, `${paid}Twice`), event({}, `Re${paid}`), event({}, paid.replace(".", "_"))]
    await appended(store, unique("payment"), "no_stream", [first, ...decoys])
    const { messages, end } = subscribe({ eventTypes: [paid, other] }, after)
    expect(idsOf(eventsOf(await until(messages, isCaughtUp)))).toEqual([first.id])
    const second = event({}, other)
    await appended(store, unique("payment"), "no_stream", [...events(1), second])
    expect(idsOf(eventsOf(await until(messages, isEvent(second.id))))).toEqual([second.id])
    end()
  })

  test("from the start of the log", async () => {
    const { store } = use()
    const { stream, written } = await streamOf(store, 2)
    const { messages, end } = subscribe({ streamPrefixes: [stream] })
    expect(idsOf(eventsOf(await until(messages, isCaughtUp)))).toEqual(idsOf(written))
    end()
  })

  test("after a position, which is not delivered again", async () => {
    const { store } = use()
    const { stream, written } = await streamOf(store, 3)
    const { position } = (await all(store.readStream(stream)))[0]!
    const { messages, end } = subscribe({ streamPrefixes: [stream] }, position)
    expect(idsOf(eventsOf(await until(messages, isCaughtUp)))).toEqual(idsOf(written.slice(1)))
    end()
  })

  test("each event of no interest is passed by a checkpoint, one alone too", async () => {
    const { store } = use()
    const { stream, position: after } = await streamOf(store, 1)
    const { messages, end } = subscribe({ streamPrefixes: [stream] }, after)
    await until(messages, isCaughtUp)
    for (let round = 0; round < 3; round++) {
      const { position } = await streamOf(store, 1, "noise")
      const passed = await until(messages, passes(position))
      expect(eventsOf(passed)).toEqual([])
    }
    const late = event()
    await appended(store, stream, 0n, [late])
    expect(idsOf(eventsOf(await until(messages, isEvent(late.id))))).toEqual([late.id])
    end()
  })

  test("events of no interest at the log's end are passed while catching up", async () => {
    const { store } = use()
    const { stream, position: after } = await streamOf(store, 1)
    for (let round = 0; round < 3; round++) await streamOf(store, 400, "noise")
    const { position } = await streamOf(store, 1, "noise")
    const { messages, end } = subscribe({ streamPrefixes: [stream] }, after)
    expect(eventsOf(await until(messages, passes(position)))).toEqual([])
    end()
  })

  test("positions only grow, and a subscription from any of them goes on behind it", async () => {
    const { store } = use()
    const prefix = unique("mixed")
    const after = await store.endPosition()
    const ids: string[] = []
    for (let round = 0; round < 12; round++) {
      await streamOf(store, 1 + ((7 * round) % 40), "noise")
      ids.push(...idsOf((await streamOf(store, 1 + ((5 * round) % 9), prefix)).written))
    }
    const whole = subscribe({ streamPrefixes: [prefix] }, after)
    const messages = await until(whole.messages, isEvent(ids.at(-1)!))
    whole.end()
    expect(idsOf(eventsOf(messages))).toEqual(ids)
    const positions = messages.flatMap(positionsOf)
    for (let at = 1; at < positions.length; at++) expect(positions[at]).toBeGreaterThan(positions[at - 1]!)

    for (let at = 0; at < messages.length; at += 5) {
      const [position] = positionsOf(messages[at]!)
      const seen = eventsOf(messages.slice(0, at + 1)).length
      if (position === undefined || seen === ids.length) continue
      const rest = subscribe({ streamPrefixes: [prefix] }, position)
      expect(idsOf(eventsOf(await until(rest.messages, isEvent(ids.at(-1)!))))).toEqual(ids.slice(seen))
      rest.end()
    }
  })

  test("ends promptly when told to, also while it is idle", async () => {
    const { messages, end } = subscribe(
      { streamPrefixes: [unique("nobody")] },
      await use().store.endPosition(),
    )
    await until(messages, isCaughtUp)
    const next = messages.next()
    end()
    expect(await next).toEqual({ done: true, value: undefined })
  })
}

const positionsOf = (message: SubscriptionMessage): bigint[] =>
  message.kind === "event"
    ? [message.event.position]
    : message.kind === "checkpoint"
      ? [message.position]
      : []
