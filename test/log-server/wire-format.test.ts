import shared from "@eventstore/db-client/generated/shared_pb.js"
import streams from "@eventstore/db-client/generated/streams_pb.js"
import fc from "fast-check"
import empty from "google-protobuf/google/protobuf/empty_pb.js"
import timestamp from "google-protobuf/google/protobuf/timestamp_pb.js"
import { describe, expect, it } from "vitest"
import { batchAnswer } from "../../src/infra/log-server/service/batch-answer.ts"
import { readPart } from "../../src/infra/log-server/service/batch-request.ts"
import { readProposedEvent } from "../../src/infra/log-server/wire/proposed-event.ts"
import {
  createdMs,
  encodeRecordedEvent,
  metadataFields,
  readRecordedEvent,
  streamField,
  TOMBSTONE_REVISION,
  withStructuredId,
} from "../../src/infra/log-server/wire/recorded-event.ts"
import { type Cursor, readVarint } from "../../src/infra/wire/reader.ts"
import { varintSize, writeVarint } from "../../src/infra/wire/writer.ts"

// What is read and written by hand must be what the generated code reads and writes.

const uuid = fc.uuid()
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
const name = fc.string({ minLength: 1, maxLength: 200, unit: "grapheme" })
const whole = fc.oneof(fc.maxSafeNat(), fc.nat({ max: 300 }))

const recorded = fc.record({
  id: uuid,
  stream: name,
  type: name,
  contentType: fc.constantFrom("application/json", "application/octet-stream"),
  createdMs: fc.nat({ max: 4_102_444_800_000 }),
  revision: fc.nat({ max: TOMBSTONE_REVISION - 1 }),
  position: whole,
  customMetadata: bytes,
  data: bytes,
})

describe("by hand as generated", () => {
  it("answers of a batch call", () => {
    fc.assert(
      fc.property(uuid, name, whole, whole, (correlationId, stream, revision, position) => {
        const id = new shared.UUID().setString(correlationId)
        const place = new shared.AllStreamPosition()
          .setCommitPosition(String(position))
          .setPreparePosition(String(position))
        const generated = new streams.BatchAppendResp()
          .setCorrelationId(id)
          .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream)))
          .setSuccess(
            new streams.BatchAppendResp.Success().setCurrentRevision(String(revision)).setPosition(place),
          )
        const outcome = { kind: "done", revision, position } as const
        const byHand = batchAnswer(Buffer.from(id.serializeBinary()), stream, "any", outcome)
        const read = streams.BatchAppendResp.deserializeBinary(byHand)
        expect(read.toObject()).toEqual(generated.toObject())
      }),
    )
  })

  it("requests of a batch call", () => {
    const expectations = fc.constantFrom("any", "no_stream", "stream_exists")
    const deadline = fc.option(fc.nat({ max: 4_102_444_800_000 }))
    const all = fc.tuple(uuid, name, fc.oneof(expectations, whole), deadline, fc.boolean())
    fc.assert(
      fc.property(all, ([correlationId, stream, expected, deadlineMs, isFinal]) => {
        const id = new shared.UUID().setString(correlationId)
        const options = new streams.BatchAppendReq.Options().setStreamIdentifier(
          new shared.StreamIdentifier().setStreamName(Buffer.from(stream)),
        )
        if (expected === "any") options.setAny(new empty.Empty())
        else if (expected === "no_stream") options.setNoStream(new empty.Empty())
        else if (expected === "stream_exists") options.setStreamExists(new empty.Empty())
        else options.setStreamPosition(String(expected))
        if (deadlineMs !== null) options.setDeadline(timestamp.Timestamp.fromDate(new Date(deadlineMs)))
        const message = new streams.BatchAppendReq()
          .setCorrelationId(id)
          .setOptions(options)
          .setIsFinal(isFinal)
        expect(readPart(Buffer.from(message.serializeBinary()))).toEqual({
          correlationId: Buffer.from(id.serializeBinary()),
          options: { stream, expected, deadlineMs: deadlineMs ?? Number.POSITIVE_INFINITY },
          events: [],
          isFinal,
        })
      }),
    )
  })

  it("numbers", () => {
    fc.assert(
      fc.property(whole, (value) => {
        const target = Buffer.alloc(10)
        const end = writeVarint(target, 0, value)
        const cursor: Cursor = { bytes: target, at: 0 }
        expect(readVarint(cursor)).toBe(value)
        expect(cursor.at).toBe(end)
        expect(varintSize(value)).toBe(end)
      }),
    )
  })

  it("stored events", () => {
    fc.assert(
      fc.property(recorded, (event) => {
        const wire = encodeRecordedEvent(
          { ...event, id: Buffer.from(event.id, "latin1") },
          streamField(event.stream),
          metadataFields(event.type, event.contentType, event.createdMs),
          Buffer.alloc,
        )
        expect(decode(wire)).toEqual({ ...event, id: event.id })
        expect(decode(withStructuredId(wire))).toEqual({ ...event, id: halves(event.id) })
        expect(readRecordedEvent(wire)).toEqual({
          id: event.id,
          stream: event.stream,
          type: event.type,
          data: event.data,
        })
        expect(createdMs(wire)).toBe(event.createdMs)
      }),
    )
  })

  it("proposed events", () => {
    fc.assert(
      fc.property(recorded, fc.boolean(), ({ id, type, contentType, customMetadata, data }, structured) => {
        const message = new streams.BatchAppendReq.ProposedMessage()
          .setId(structured ? structuredUuid(id) : new shared.UUID().setString(id.toUpperCase()))
          .setCustomMetadata(customMetadata)
          .setData(data)
        message.getMetadataMap().set("type", type).set("content-type", contentType).set("other", "x")
        expect(readProposedEvent(Buffer.from(message.serializeBinary()))).toEqual({
          id: Buffer.from(id, "latin1"),
          type,
          contentType,
          customMetadata,
          data,
        })
      }),
    )
  })
})

it("a tombstone stands at the greatest revision", () => {
  const wire = encodeRecordedEvent(
    {
      id: Buffer.from("00000000-0000-4000-8000-000000000000", "latin1"),
      revision: TOMBSTONE_REVISION,
      position: 64,
      customMetadata: Buffer.alloc(0),
      data: Buffer.alloc(0),
    },
    streamField("s"),
    metadataFields("$streamDeleted", "application/octet-stream", 0),
    Buffer.alloc,
  )
  const event = streams.ReadResp.deserializeBinary(wire).getEvent()?.getEvent()
  expect(event?.getStreamRevision()).toBe("9223372036854775807")
})

const halves = (id: string): string[] => {
  const hex = id.replaceAll("-", "")
  return [hex.slice(0, 16), hex.slice(16)].map((half) => BigInt.asIntN(64, BigInt(`0x${half}`)).toString())
}

function structuredUuid(id: string): shared.UUID {
  const [most, least] = halves(id) as [string, string]
  const pair = new shared.UUID.Structured().setMostSignificantBits(most).setLeastSignificantBits(least)
  return new shared.UUID().setStructured(pair)
}

/** Reads a stored answer with the generated code. */
function decode(wire: Buffer) {
  const read = streams.ReadResp.deserializeBinary(wire).getEvent()
  const event = read?.getEvent()
  if (!read || !event) throw new Error("no event")
  const id = event.getId()
  const pair = id?.getStructured()
  expect(event.getPreparePosition()).toBe(event.getCommitPosition())
  expect(read.getCommitPosition()).toBe(event.getCommitPosition())
  const metadata = event.getMetadataMap()
  return {
    id: pair ? [pair.getMostSignificantBits(), pair.getLeastSignificantBits()] : id?.getString(),
    stream: Buffer.from(event.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString("utf8"),
    type: metadata.get("type"),
    contentType: metadata.get("content-type"),
    createdMs: Number(metadata.get("created")) / 10_000,
    revision: Number(event.getStreamRevision()),
    position: Number(event.getCommitPosition()),
    customMetadata: Buffer.from(event.getCustomMetadata_asU8()),
    data: Buffer.from(event.getData_asU8()),
  }
}
