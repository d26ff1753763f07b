import { EventStoreDBClient, jsonEvent, NO_STREAM } from "@eventstore/db-client"
import fc from "fast-check"
import any from "google-protobuf/google/protobuf/any_pb.js"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { NewEvent } from "../../../src/domain/event.ts"
import { readAnswer } from "../../../src/infra/event-store/append-answer.ts"
import { encodeRequest } from "../../../src/infra/event-store/append-request.ts"
import { encodeEvents } from "../../../src/infra/event-store/encoded-events.ts"
import { shared, status, streams } from "../../../src/infra/log-server/service/protocol.ts"
import { metadata } from "../../contract/event-store/support.ts"
import { type AppendServer, readRequest, startAppendServer, success } from "../../support/append-server.ts"

// What is written and read by hand must be what the client writes and reads.

const text = fc.string({ maxLength: 200, unit: "grapheme" })
const name = fc.string({ minLength: 1, maxLength: 200, unit: "grapheme" })
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })

const events = fc.array(
  fc.record({
    id: fc.uuid(),
    type: name,
    data: fc.dictionary(text, fc.jsonValue()),
    metadata: text.map((actor) => ({ ...metadata, actor })),
  }),
  { minLength: 1, maxLength: 20 },
)
const expectation = fc.oneof(
  fc.constant("no_stream" as const),
  fc.nat({ max: 300 }).map(BigInt),
  fc.maxSafeNat().map(BigInt),
)

describe("a request", () => {
  let server: AppendServer
  let client: EventStoreDBClient
  let sent: Buffer = Buffer.alloc(0)

  beforeAll(async () => {
    server = await startAppendServer((call) => {
      call.on("data", (request: Buffer) => {
        sent = request
        call.write(success(request))
      })
    })
    client = EventStoreDBClient.connectionString(server.url)
  })

  afterAll(async () => {
    await client.dispose()
    await server.close()
  })

  /** What the client itself sends for this append. */
  async function byClient(stream: string, expected: bigint | "no_stream", all: readonly NewEvent[]) {
    const ofClient = all.map((event) =>
      jsonEvent({ ...event, data: event.data as Record<string, unknown>, metadata: { ...event.metadata } }),
    )
    const expectedRevision = expected === "no_stream" ? NO_STREAM : expected
    await client.appendToStream(stream, ofClient, { expectedRevision })
    return sent
  }

  test("is the client's, byte for byte", async () => {
    await fc.assert(
      fc.asyncProperty(name, expectation, events, async (stream, expected, all) => {
        const request = await byClient(stream, expected, all)
        const header = {
          correlationId: readRequest(request).getCorrelationId()!.getString(),
          stream,
          expected,
          deadlineMs: readRequest(request).getOptions()!.getDeadline()!.toDate().getTime(),
        }
        expect(encodeRequest(header, encodeEvents(stream, expected, all)).equals(request)).toBe(true)
      }),
    )
  })

  test("has the deadline of a whole second, too", () => {
    const header = { correlationId: "", stream: "s", expected: 0n, deadlineMs: 1_800_000_000_000 }
    const id = "0189d0a4-0000-4000-8000-000000000000"
    const all = encodeEvents("s", 0n, [{ id, type: "t", data: {}, metadata }])
    const request = readRequest(encodeRequest({ ...header, correlationId: id }, all))
    expect(request.getOptions()!.getDeadline()!.toDate().getTime()).toBe(header.deadlineMs)
  })
})

describe("an answer", () => {
  const correlation = fc.uuid()
  const encoded = (response: streams.BatchAppendResp): Buffer => Buffer.from(response.serializeBinary())

  test("of success has the revision and the position that the generated code wrote", () => {
    fc.assert(
      fc.property(correlation, u64, u64, (correlationId, revision, position) => {
        const place = new shared.AllStreamPosition()
          .setCommitPosition(String(position))
          .setPreparePosition(String(position))
        const result = new streams.BatchAppendResp.Success()
          .setCurrentRevision(String(revision))
          .setPosition(place)
        const response = new streams.BatchAppendResp()
          .setCorrelationId(new shared.UUID().setString(correlationId))
          .setSuccess(result)
        const answer = { kind: "success", revision, position }
        expect(readAnswer(encoded(response))).toEqual({ correlationId, answer })
      }),
    )
  })

  test("of failure has the type of its details", () => {
    fc.assert(
      fc.property(correlation, text, (correlationId, message) => {
        const details = new any.Any()
        details.pack(new shared.Timeout().serializeBinary(), "event_store.client.Timeout")
        const failure = new status.Status()
          .setCode(4 as never)
          .setMessage(message)
          .setDetails(details)
        const response = new streams.BatchAppendResp()
          .setCorrelationId(new shared.UUID().setString(correlationId))
          .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from("s")))
          .setError(failure)
        const answer = { kind: "error", type: "Timeout", message }
        expect(readAnswer(encoded(response))).toEqual({ correlationId, answer })
      }),
    )
  })

  test("that names its append by two halves is understood as well", () => {
    const halves = new shared.UUID.Structured()
      .setMostSignificantBits("81985529216486895")
      .setLeastSignificantBits("-81985529216486896")
    const response = new streams.BatchAppendResp()
      .setCorrelationId(new shared.UUID().setStructured(halves))
      .setSuccess(new streams.BatchAppendResp.Success().setCurrentRevision("7"))
    expect(readAnswer(encoded(response))).toEqual({
      correlationId: "01234567-89ab-cdef-fedc-ba9876543210",
      answer: { kind: "success", revision: 7n, position: null },
    })
  })

  test.each<[string, streams.BatchAppendResp]>([
    ["no append", new streams.BatchAppendResp().setSuccess(new streams.BatchAppendResp.Success())],
    [
      "no outcome",
      new streams.BatchAppendResp().setCorrelationId(
        new shared.UUID().setString("0189d0a4-0000-4000-8000-000000000000"),
      ),
    ],
  ])("that names %s is none", (_, response) => {
    expect(() => readAnswer(encoded(response))).toThrow("answer")
  })
})
