import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { appendDurably } from "../../src/commands/append.ts"
import { type EventStore, EventStoreUnavailable } from "../../src/commands/ports/event-store.ts"
import { createEventStore } from "../../src/infra/event-store.ts"
import { systemClock } from "../../src/infra/system-clock.ts"
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
} from "../contract/event-store/support.ts"
import { startTestLogServer, type TestLogServer } from "../support/log-server.ts"
import { stop } from "../support/process.ts"
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts"

const APPEND_TIMEOUT_MS = 300
const READ_TIMEOUT_MS = 500

describe("the event store on a bad line", { timeout: 30_000 }, () => {
  let server: TestLogServer
  let proxy: TcpProxy
  let store: EventStore

  beforeEach(async () => {
    server = await startTestLogServer()
    proxy = await startTcpProxy(server.port)
    store = createEventStore({
      url: `esdb://127.0.0.1:${proxy.port}?tls=false`,
      appendTimeoutMs: APPEND_TIMEOUT_MS,
      readTimeoutMs: READ_TIMEOUT_MS,
    })
  })

  afterEach(async () => {
    await store.close()
    await proxy.close()
    await server.close()
  })

  test("an append whose answer is lost is unknown, and is found by its id", async () => {
    const { stream } = await streamOf(store, 1)
    proxy.muteServer()
    const lost = events(2)
    const asked = performance.now()
    expect((await store.append(stream, 0n, lost)).kind).toBe("unknown")
    expect(performance.now() - asked).toBeLessThan(APPEND_TIMEOUT_MS + 500)
    proxy.cut()
    expect(await appendDurably(store, systemClock)(stream, 0n, lost)).toMatchObject({ revision: 2n })
    expect(await all(store.readStream(stream))).toHaveLength(3)
  })

  test("a connection that breaks between append and answer loses nothing and doubles nothing", async () => {
    const { stream, written } = await streamOf(store, 1)
    const append = appendDurably(store, systemClock)
    const ids = idsOf(written)
    for (let round = 0; round < 8; round++) {
      const group = events(20)
      if (round % 2 === 0) proxy.muteServer()
      const cut = setTimeout(proxy.cut, 30 * round)
      const result = await append(stream, BigInt(ids.length - 1), group)
      clearTimeout(cut)
      proxy.cut()
      ids.push(...idsOf(group))
      expect(result).toMatchObject({ kind: "appended", revision: BigInt(ids.length - 1) })
    }
    const last = [event()]
    await append(stream, BigInt(ids.length - 1), last)
    expect(idsOf(await all(store.readStream(stream)))).toEqual([...ids, ...idsOf(last)])
  })

  test("a silent server: appends are unknown, reads throw, and all goes on when it speaks again", async () => {
    const { stream, written } = await streamOf(store, 1)
    const ending = new AbortController()
    const messages = store.subscribeStream({ stream, signal: ending.signal })[Symbol.asyncIterator]()
    await until(messages, isCaughtUp)
    const resume = await stop(server.pid)
    const late = events(3)
    for (let round = 0; round < 3; round++)
      expect((await store.append(stream, 0n, late)).kind).toBe("unknown")
    const asked = performance.now()
    await expect(all(store.readStream(stream))).rejects.toBeInstanceOf(EventStoreUnavailable)
    expect(performance.now() - asked).toBeLessThan(READ_TIMEOUT_MS + 1_500)
    const pending = appendDurably(store, systemClock)(stream, 0n, late)
    resume()
    expect(await pending).toMatchObject({ kind: "appended", revision: 3n })
    expect(idsOf(await all(store.readStream(stream)))).toEqual(idsOf([...written, ...late]))
    expect(idsOf(eventsOf(await until(messages, isEvent(late[2]!.id))))).toEqual(idsOf(late))
    ending.abort()
  })

  test("a line that goes dead without a word is noticed by an idle subscription", async () => {
    const { stream, written } = await streamOf(store, 1)
    await store.close()
    // The client warns of pings that are as frequent as a test needs them.
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined)
    const pings = "keepAliveInterval=300&keepAliveTimeout=300"
    const idle = createEventStore({ url: `esdb://127.0.0.1:${proxy.port}?tls=false&${pings}` })
    const ending = new AbortController()
    const messages = idle.subscribeStream({ stream, signal: ending.signal })[Symbol.asyncIterator]()
    expect(idsOf(eventsOf(await until(messages, isCaughtUp)))).toEqual(idsOf(written))

    proxy.freeze()
    store = createEventStore({ url: server.url })
    const unheard = event()
    await appended(store, stream, 0n, [unheard])
    const asked = performance.now()
    expect(idsOf(eventsOf(await until(messages, isEvent(unheard.id))))).toEqual([unheard.id])
    expect(performance.now() - asked).toBeLessThan(5_000)
    ending.abort()
    await idle.close()
    warn.mockRestore()
  })

  test("200 appends under way when the server dies all end as unknown", async () => {
    const { stream } = await streamOf(store, 1)
    await stop(server.pid)
    const under = Array.from({ length: 200 }, () =>
      store.append(unique("stream"), "no_stream", [event({ padding: "x".repeat(20_000) })]),
    )
    await server.kill()
    proxy.cut()
    const kinds = new Set((await Promise.all(under)).map(({ kind }) => kind))
    expect([...kinds]).toEqual(["unknown"])
    await server.restart()
    await appendDurably(store, systemClock)(stream, 0n, [event()])
  })

  test("a server that is slow to come back is found by a store that began without it", async () => {
    await store.close()
    await server.kill()
    store = createEventStore({ url: server.url, appendTimeoutMs: APPEND_TIMEOUT_MS })
    const first = [event()]
    const stream = unique("stream")
    const pending = appendDurably(store, systemClock)(stream, "no_stream", first)
    await server.restart()
    expect(await pending).toMatchObject({ kind: "appended", revision: 0n })
  })

  test("after its close a store takes nothing more", async () => {
    await appended(store, unique("stream"), "no_stream", events(1))
    const ending = new AbortController()
    const messages = store
      .subscribeAll({ filter: { streamPrefixes: ["x"] }, signal: ending.signal })
      [Symbol.asyncIterator]()
    const next = until(messages, () => false)
    await store.close()
    await expect(next).rejects.toThrow("the subscription ended")
    expect((await store.append(unique("stream"), "no_stream", events(1))).kind).toBe("unknown")
    await expect(all(store.readStream("any"))).rejects.toBeInstanceOf(EventStoreUnavailable)
  })
})
