import { createRequire } from "node:module"
import { varintSize, writeVarint } from "../wire/writer.ts"

/** Messages as our producer hands them over: without a time of their own. */
export interface Produced {
  readonly key: string
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
}

/** What kafkajs asks its produce request to write. */
export interface ProduceRequest {
  readonly acks: number
  readonly timeout: number
  /** A number of 64 bits, as whatever kafkajs has them. */
  readonly producerId: { toString(): string }
  readonly producerEpoch: number
  readonly topicData: readonly {
    readonly topic: string
    readonly partitions: readonly {
      readonly partition: number
      readonly firstSequence: number
      readonly messages: readonly Produced[]
    }[]
  }[]
}

const require = createRequire(import.meta.url)
const REQUEST = "kafkajs/src/protocol/requests/produce/v3/request"
const crc32C = require("kafkajs/src/protocol/recordBatch/crc32C") as (bytes: Buffer) => number

/** From the offset of its first message to that of its checksum, which is of all that follows. */
const BATCH_HEAD = 8 + 4 + 4 + 1
/** From its attributes to the number of its messages. */
const BATCH_BODY = 2 + 4 + 8 + 8 + 8 + 2 + 4 + 4
const FORMAT = 2

/**
 * Has kafkajs write its produce requests by this code, byte for byte as its own does, which makes a buffer of 512 bytes
 * for each message and for each header. To be called before anything is produced: kafkajs loads its requests then.
 */
export function writeProduceRequestsByHand(): void {
  require(REQUEST)
  require.cache[require.resolve(REQUEST)]!.exports = (asked: ProduceRequest) => ({
    ...{ apiKey: 0, apiVersion: 3, apiName: "Produce", expectResponse: () => true },
    // kafkajs takes it for one of its encoders, of which it reads both.
    encode: async () => {
      const buffer = encodeProduceRequest(asked, Date.now())
      return { buf: buffer, buffer }
    },
  })
}

/** The body of a produce request of version 3 to 7; each message is of `nowMs`. */
export function encodeProduceRequest(asked: ProduceRequest, nowMs: number): Buffer {
  const { topicData, acks, timeout } = asked
  const records = topicData.map(({ partitions }) => partitions.map(({ messages }) => measure(messages)))
  let size = 2 + 2 + 4 + 4
  topicData.forEach(({ topic, partitions }, at) => {
    size += 2 + Buffer.byteLength(topic) + 4
    partitions.forEach((_, index) => {
      size += 4 + 4 + BATCH_HEAD + 4 + BATCH_BODY + records[at]![index]!.bytes
    })
  })

  const target = Buffer.allocUnsafe(size)
  // Of no transaction.
  let at = target.writeInt16BE(-1, 0)
  at = target.writeInt16BE(acks, at)
  at = target.writeInt32BE(timeout, at)
  at = target.writeInt32BE(topicData.length, at)
  topicData.forEach(({ topic, partitions }, index) => {
    const length = target.write(topic, at + 2)
    at = target.writeInt16BE(length, at) + length
    at = target.writeInt32BE(partitions.length, at)
    partitions.forEach((each, inside) => {
      at = target.writeInt32BE(each.partition, at)
      at = writeBatch(target, at, each, records[index]![inside]!, asked, nowMs)
    })
  })
  return target
}

function writeBatch(
  target: Buffer,
  start: number,
  { messages, firstSequence }: ProduceRequest["topicData"][number]["partitions"][number],
  measured: Measured,
  { producerId, producerEpoch }: ProduceRequest,
  nowMs: number,
): number {
  const length = 4 + 1 + 4 + BATCH_BODY + measured.bytes
  let at = target.writeInt32BE(8 + 4 + length, start)
  at = target.writeBigInt64BE(0n, at)
  at = target.writeInt32BE(length, at)
  at = target.writeInt32BE(0, at)
  const checksumAt = target.writeInt8(FORMAT, at)
  at = target.writeInt16BE(0, checksumAt + 4)
  at = target.writeInt32BE(messages.length - 1, at)
  at = target.writeBigInt64BE(BigInt(nowMs), at)
  at = target.writeBigInt64BE(BigInt(nowMs), at)
  at = target.writeBigInt64BE(BigInt(producerId.toString()), at)
  at = target.writeInt16BE(producerEpoch, at)
  at = target.writeInt32BE(firstSequence, at)
  at = target.writeInt32BE(messages.length, at)
  const end = writeRecords(target, at, messages, measured.lengths)
  target.writeUInt32BE(crc32C(target.subarray(checksumAt + 4, end)), checksumAt)
  return end
}

/** How long messages are as records: all together, and each one's length and that of each of its texts. */
interface Measured {
  readonly bytes: number
  readonly lengths: readonly number[]
}

/** Lengths are written with their sign in the last bit. */
const lengthSize = (length: number): number => varintSize(2 * length)
const writeLength = (target: Buffer, at: number, length: number): number =>
  writeVarint(target, at, 2 * length)

function measure(messages: readonly Produced[]): Measured {
  const lengths: number[] = []
  let bytes = 0
  const text = (of: string): number => {
    const length = Buffer.byteLength(of)
    lengths.push(length)
    return lengthSize(length) + length
  }
  messages.forEach(({ key, value, headers }, at) => {
    const ofBody = lengths.push(0) - 1
    const names = Object.keys(headers)
    // Attributes, and that it is no later than the first.
    let body = 1 + 1 + lengthSize(at) + text(key) + text(value) + lengthSize(names.length)
    for (const name of names) body += text(name) + text(headers[name]!)
    lengths[ofBody] = body
    bytes += lengthSize(body) + body
  })
  return { bytes, lengths }
}

function writeRecords(
  target: Buffer,
  start: number,
  messages: readonly Produced[],
  lengths: readonly number[],
): number {
  let at = start
  let next = 0
  const text = (of: string): void => {
    const length = lengths[next++]!
    at = writeLength(target, at, length)
    // A text of as many bytes as characters is ASCII, which needs no encoder.
    target.write(of, at, length, of.length === length ? "latin1" : "utf8")
    at += length
  }
  messages.forEach(({ key, value, headers }, offset) => {
    at = writeLength(target, at, lengths[next++]!)
    target[at++] = 0
    target[at++] = 0
    at = writeLength(target, at, offset)
    text(key)
    text(value)
    const names = Object.keys(headers)
    at = writeLength(target, at, names.length)
    for (const name of names) {
      text(name)
      text(headers[name]!)
    }
  })
  return at
}
