import convert from "@eventstore/db-client/dist/utils/convertGrpcEvent.js"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { readMessage } from "../../../src/infra/event-store/read-message.ts"
import { shared, streams } from "../../../src/infra/log-server/service/protocol.ts"

// What is read by hand must be what the client reads.

const text = fc.string({ maxLength: 200, unit: "grapheme" })
const name = fc.string({ minLength: 1, maxLength: 200, unit: "grapheme" })
const u64 = fc.oneof(
  fc.nat({ max: 300 }).map(BigInt),
  fc.maxSafeNat().map(BigInt),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
)
const json = fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)))
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))

const recorded = fc.record({
  id: fc.uuid(),
  stream: name,
  type: name,
  contentType: fc.constantFrom("application/json", "application/octet-stream"),
  createdMs: fc.nat({ max: 4_102_444_800_000 }),
  revision: u64,
  position: u64,
  data: fc.oneof(json, text.map(Buffer.from), bytes),
  metadata: fc.oneof(json, fc.constant(Buffer.alloc(0)), text.map(Buffer.from)),
})
type Recorded = typeof recorded extends fc.Arbitrary<infer Value> ? Value : never

function generated({ id, stream, type, contentType, createdMs, ...event }: Recorded) {
  const record = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(id))
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream)))
    .setStreamRevision(String(event.revision))
    .setPreparePosition(String(event.position))
    .setCommitPosition(String(event.position))
    .setCustomMetadata(event.metadata)
    .setData(event.data)
  record.getMetadataMap().set("type", type).set("content-type", contentType)
  record.getMetadataMap().set("created", String(BigInt(createdMs) * 10_000n))
  return new streams.ReadResp.ReadEvent().setEvent(record).setCommitPosition(String(event.position))
}

const read = (message: streams.ReadResp) => readMessage(Buffer.from(message.serializeBinary()))

/** The client hands out bytes as plain arrays. */
const plain = (value: unknown) => (value instanceof Uint8Array ? [...value] : value)

describe("a message of a read", () => {
  test("that is an event is left out when its revision is known, and only then", () => {
    fc.assert(
      fc.property(recorded, u64, (event, known) => {
        fc.pre(known !== event.revision)
        const bytes = new streams.ReadResp().setEvent(generated(event)).serializeBinary()
        const { kind } = readMessage(Buffer.from(bytes), (revision) => revision === known)
        expect(kind).toBe("event")
        const left = readMessage(Buffer.from(bytes), (revision) => revision === event.revision)
        expect(left.kind).toBe("other")
      }),
    )
  })

  test("that is an event is what the client makes of it", () => {
    fc.assert(
      fc.property(recorded, (event) => {
        const readEvent = generated(event)
        const bytes = new streams.ReadResp().setEvent(readEvent).serializeBinary()
        const again = streams.ReadResp.deserializeBinary(bytes).getEvent()
        const { event: ofClient } = convert.convertGrpcEvent(again as never)
        const { id, streamId, revision, type, data, metadata, created, position } = ofClient!
        const message = readMessage(Buffer.from(bytes))
        expect(message.kind).toBe("event")
        if (message.kind !== "event") return
        expect({
          ...message.event,
          data: plain(message.event.data),
          metadata: plain(message.event.metadata),
        }).toEqual({
          id,
          stream: streamId,
          revision,
          position: position!.commit,
          type,
          data: plain(data),
          metadata: plain(metadata),
          recordedAtMs: created.getTime(),
        })
      }),
    )
  })

  test("that is a link, which is not followed, is the link", () => {
    const link = generated(fc.sample(recorded, 1)[0]!).getEvent()
    const message = read(new streams.ReadResp().setEvent(new streams.ReadResp.ReadEvent().setLink(link)))
    expect(message).toMatchObject({ kind: "event", event: { id: link!.getId()!.getString() } })
  })

  test("that is a checkpoint tells its position", () => {
    fc.assert(
      fc.property(u64, (position) => {
        const checkpoint = new streams.ReadResp.Checkpoint()
          .setCommitPosition(String(position))
          .setPreparePosition(String(position))
        expect(read(new streams.ReadResp().setCheckpoint(checkpoint))).toEqual({
          kind: "checkpoint",
          position,
        })
      }),
    )
  })

  test.each<[string, streams.ReadResp]>([
    ["confirmed", new streams.ReadResp().setConfirmation(new streams.ReadResp.SubscriptionConfirmation())],
    ["caught_up", new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp())],
    ["no_stream", new streams.ReadResp().setStreamNotFound(new streams.ReadResp.StreamNotFound())],
    ["other", new streams.ReadResp().setFellBehind(new streams.ReadResp.FellBehind())],
    ["other", new streams.ReadResp().setFirstStreamPosition("7")],
  ])("that is %s is told as such", (kind, message) => {
    expect(read(message)).toEqual({ kind })
  })
})
