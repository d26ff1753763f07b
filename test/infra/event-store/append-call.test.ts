import { once } from "node:events"
import type { Readable } from "node:stream"
import { Metadata, ServerCredentials } from "@grpc/grpc-js"
import any from "google-protobuf/google/protobuf/any_pb.js"
import { afterEach, describe, expect, test } from "vitest"
import { type EventStore, EventStoreUnavailable } from "../../../src/commands/ports/event-store.ts"
import { createEventStore } from "../../../src/infra/event-store.ts"
import { shared, status, streams } from "../../../src/infra/log-server/service/protocol.ts"
import { event } from "../../contract/event-store/support.ts"
import {
  type AppendServer,
  type AppendSide,
  readRequest,
  startAppendServer,
  success,
} from "../../support/append-server.ts"
import { selfSigned } from "../../support/certificate.ts"

/** Long enough for an answer on a busy machine. */
const TIMEOUT_MS = 10_000

describe("the call for appends", () => {
  const opened: { close(): Promise<void> }[] = []

  afterEach(async () => {
    for (const each of opened.splice(0).reverse()) await each.close()
  })

  /** A store over a server that treats each call for appends as `onCall` says; `calls` are those that came. */
  async function storeOver(onRequest: (call: AppendSide, request: Buffer) => void, timeoutMs = TIMEOUT_MS) {
    const calls: AppendSide[] = []
    const server = await startAppendServer((call) => {
      calls.push(call)
      call.on("data", (request: Buffer) => onRequest(call, request))
      call.on("error", () => undefined)
    })
    return { calls, server: keep(server), store: storeAt(server.url, timeoutMs) }
  }

  const keep = <Each extends AppendServer | EventStore>(each: Each): Each => {
    opened.push(each)
    return each
  }
  const storeAt = (url: string, appendTimeoutMs = TIMEOUT_MS) =>
    keep(createEventStore({ url, appendTimeoutMs }))
  const append = (store: EventStore, stream = "s") => store.append(stream, "no_stream", [event()])

  test("takes answers in whatever order", async () => {
    const requests: Buffer[] = []
    const { store, calls } = await storeOver((call, request) => {
      requests.push(request)
      if (requests.length < 3) return
      for (const each of requests.reverse()) call.write(success(each, streamOf(each)))
    })
    const results = await Promise.all(["7", "8", "9"].map((stream) => append(store, stream)))
    expect(results.map((result) => result.kind === "appended" && result.revision)).toEqual([7n, 8n, 9n])
    expect(calls).toHaveLength(1)
  })

  test("sends what is appended in one moment in one piece, once it was answered", async () => {
    const { store, calls } = await storeOver((call, request) => call.write(success(request)))
    await append(store)
    const { stream } = (calls[0] as unknown as { call: { stream: Readable } }).call
    let arrivals = 0
    stream.on("data", () => arrivals++)
    const results = await Promise.all(Array.from({ length: 100 }, (_, n) => append(store, `s${n}`)))
    expect(results.every(({ kind }) => kind === "appended")).toBe(true)
    // A piece is cut into frames.
    expect(arrivals).toBeLessThan(10)
    expect(calls).toHaveLength(1)
  })

  test("ignores what answers twice, and what comes after the wait has ended", async () => {
    const requests: Buffer[] = []
    const { store, calls } = await storeOver((call, request) => {
      requests.push(request)
      if (requests.length === 1) return
      for (const answered of [requests[0]!, request, request]) call.write(success(answered))
    }, 1_000)
    for (const kind of ["unknown", "appended", "appended"]) expect((await append(store)).kind).toBe(kind)
    expect(calls).toHaveLength(1)
  })

  test.each<[string, (call: AppendSide, request: Buffer) => void]>([
    ["merely ends", (call) => call.end()],
    ["ends with an error", (call) => call.emit("error", { code: 13, details: "broken" })],
    ["breaks", (call) => call.emit("error", { code: 14, details: "gone" })],
    ["answers to nothing", (call) => call.write(new streams.BatchAppendResp())],
  ])("that %s leaves its appends unknown, and the next opens another", async (_, ends) => {
    const { store, calls } = await storeOver((call, request) => {
      if (calls.length === 1) ends(call, request)
      else call.write(success(request))
    })
    const [first, second] = await Promise.all([append(store, "a"), append(store, "b")])
    expect([first.kind, second.kind]).toEqual(["unknown", "unknown"])
    expect((await append(store)).kind).toBe("appended")
    expect(calls).toHaveLength(2)
  })

  test.each([
    ["StreamDeleted", new shared.StreamDeleted()],
    ["AccessDenied", new shared.AccessDenied()],
    ["Timeout", new shared.Timeout()],
  ])("tells %s as unknown, with its name", async (type, details) => {
    const { store } = await storeOver((call, request) => call.write(failure(request, type, details)))
    const result = await append(store)
    expect(result).toMatchObject({ kind: "unknown", cause: { message: expect.stringContaining(type) } })
  })

  test("knows a conflict, and an append that is too large for the server", async () => {
    const { store } = await storeOver((call, request) => {
      const type = streamOf(request)
      const details = type === "WrongExpectedVersion" ? new shared.WrongExpectedVersion() : tooLarge
      call.write(failure(request, type, details))
    })
    expect(await append(store, "WrongExpectedVersion")).toEqual({ kind: "conflict" })
    await expect(append(store, "MaximumAppendSizeExceeded")).rejects.toThrow(RangeError)
  })

  test("goes over to the leader that a node names", async () => {
    const leader = await storeOver((call, request) => call.write(success(request)))
    const follower = await storeOver((call) => {
      const metadata = new Metadata()
      metadata.set("exception", "not-leader")
      metadata.set("leader-endpoint-host", "127.0.0.1")
      metadata.set("leader-endpoint-port", String(leader.server.port))
      call.emit("error", { code: 5, details: "Leader info available", metadata })
    })
    expect((await append(follower.store)).kind).toBe("unknown")
    expect((await append(follower.store)).kind).toBe("appended")
    expect(leader.calls).toHaveLength(1)
  })

  test("does not live on over a channel that the client has left", async () => {
    const { store, calls } = await storeOver((call, request) => call.write(success(request)))
    await append(store)
    const ended = once(calls[0]!, "end")
    await expect(store.endPosition()).rejects.toBeInstanceOf(EventStoreUnavailable)
    expect((await append(store)).kind).toBe("appended")
    expect(calls).toHaveLength(2)
    await ended
  })

  test("carries the name of the connection and, over TLS, who asks", async () => {
    const { key, cert, certFile, remove } = await selfSigned()
    const credentials = ServerCredentials.createSsl(null, [{ private_key: key, cert_chain: cert }])
    const sent: Metadata[] = []
    const server = await startAppendServer((call) => {
      sent.push(call.metadata)
      call.on("data", (request: Buffer) => call.write(success(request)))
    }, credentials)
    keep(server)
    const url = `esdb://ann:secret@localhost:${server.port}?tlsCAFile=${certFile}&connectionName=shop`
    expect((await append(storeAt(url))).kind).toBe("appended")
    expect(sent[0]!.get("connection-name")).toEqual(["shop"])
    expect(sent[0]!.get("authorization")).toEqual([`Basic ${Buffer.from("ann:secret").toString("base64")}`])
    remove()
  })
})

const streamOf = (request: Buffer): string =>
  Buffer.from(readRequest(request).getOptions()!.getStreamIdentifier()!.getStreamName_asU8()).toString()

const tooLarge = new shared.MaximumAppendSizeExceeded().setMaxappendsize(1_048_576)

function failure(
  request: Buffer,
  type: string,
  details: { serializeBinary(): Uint8Array },
): streams.BatchAppendResp {
  const packed = new any.Any()
  packed.pack(details.serializeBinary(), `event_store.client.${type}`)
  return new streams.BatchAppendResp()
    .setCorrelationId(readRequest(request).getCorrelationId())
    .setError(new status.Status().setMessage(type).setDetails(packed))
}
