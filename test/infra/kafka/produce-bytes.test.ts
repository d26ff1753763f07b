import { createRequire } from "node:module"
import fc from "fast-check"
import { describe, expect, test, vi } from "vitest"
import { byKey, murmur2 } from "../../../src/infra/kafka/partitioner.ts"
import { encodeProduceRequest, type ProduceRequest } from "../../../src/infra/kafka/produce-request.ts"

// What is written by hand must be what kafkajs writes, and a key must stay in the partition that it has.

const require = createRequire(import.meta.url)
const NOW_MS = 1_764_000_000_000

const text = fc.string({ maxLength: 200, unit: "grapheme" })
const int32 = fc.nat()
const request: fc.Arbitrary<ProduceRequest> = fc.record({
  acks: fc.constantFrom(-1, 1),
  timeout: int32,
  producerId: fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }).map(String),
  producerEpoch: fc.nat({ max: 32_767 }),
  topicData: fc.array(
    fc.record({
      topic: fc.string({ minLength: 1, maxLength: 50 }),
      partitions: fc.array(
        fc.record({
          partition: int32,
          firstSequence: int32,
          messages: fc.array(
            fc.record({
              key: text,
              value: text,
              headers: fc.dictionary(text, text, { noNullPrototype: true }),
            }),
            { minLength: 1, maxLength: 150 },
          ),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    { minLength: 1, maxLength: 3 },
  ),
})

/** What kafkajs itself makes of it. */
async function byClient(asked: ProduceRequest): Promise<Buffer> {
  const ofClient = require("kafkajs/src/protocol/requests/produce/v3/request") as (
    asked: ProduceRequest & { transactionalId: null },
  ) => { encode(): Promise<{ buffer: Buffer }> }
  vi.spyOn(Date, "now").mockReturnValue(NOW_MS)
  const { buffer } = await ofClient({ ...asked, transactionalId: null })
    .encode()
    .finally(() => vi.restoreAllMocks())
  return buffer
}

describe("a produce request", () => {
  test("is what kafkajs writes", async () => {
    await fc.assert(
      fc.asyncProperty(request, async (asked) => {
        expect(encodeProduceRequest(asked, NOW_MS).equals(await byClient(asked))).toBe(true)
      }),
    )
  })

  test("also with a thousand messages, of which some are long", async () => {
    const messages = Array.from({ length: 1_000 }, (_, n) => ({
      ...{ key: `key-${n % 7}`, value: "昼".repeat(n), headers: { "event-id": String(n), empty: "" } },
    }))
    const asked: ProduceRequest = {
      ...{ acks: -1, timeout: 30_000, producerId: "4711", producerEpoch: 3 },
      topicData: [{ topic: "orders", partitions: [{ partition: 5, firstSequence: 2_000, messages }] }],
    }
    expect(encodeProduceRequest(asked, NOW_MS).equals(await byClient(asked))).toBe(true)
  })
})

describe("a key's partition", () => {
  test("has the hash that kafkajs gives it", () => {
    const ofClient = require("kafkajs/src/producer/partitioners/default/murmur2") as (key: string) => number
    const isSame = (key: string) => murmur2(Buffer.from(key)) === ofClient(key)
    fc.assert(fc.property(text, isSame))
  })

  test("is the one that kafkajs chooses", () => {
    const { DefaultPartitioner } = (require("kafkajs") as typeof import("kafkajs")).Partitioners
    const [ours, ofClient] = [byKey(), DefaultPartitioner()]
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 12 }), (key, count) => {
        const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
          ...{ partitionErrorCode: 0, partitionId, leader: 1, replicas: [1], isr: [1] },
        }))
        const chosen = { topic: "t", partitionMetadata, message: { key, value: null } }
        expect(ours(chosen)).toBe(ofClient(chosen))
      }),
    )
  })
})
