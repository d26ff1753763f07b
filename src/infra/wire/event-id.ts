import { type Cursor, readBytes, readVarint, readVarint64, skip } from "./reader.ts"
import { varintSize, writeVarint } from "./writer.ts"

const TEXT_LENGTH = 36
const PATTERN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Reads an `event_store.client.UUID`, which is text or a pair of 64-bit halves, as 36 bytes of lower-case text.
 * Null when it is neither.
 */
export function readEventId(message: Buffer): Buffer | null {
  if (message.length === TEXT_LENGTH + 2 && message[0] === 0x12 && message[1] === TEXT_LENGTH) {
    const text = message.subarray(2)
    return isLowerCase(text) ? text : fromText(text.toString("latin1", 0, TEXT_LENGTH))
  }
  const cursor: Cursor = { bytes: message, at: 0 }
  let id: Buffer | null = null
  while (cursor.at < message.length) {
    const tag = readVarint(cursor)
    if (tag === 0x12) id = fromText(readBytes(cursor).toString("latin1"))
    else if (tag === 0x0a) id = fromHalves(readBytes(cursor))
    else skip(cursor, tag)
  }
  return id
}

const DASH = 45

/** The pattern without making a string, as every event has an id. */
function isLowerCase(text: Buffer): boolean {
  for (let at = 0; at < TEXT_LENGTH; at++) {
    const byte = text[at]!
    const isHex = (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102)
    const isDashed = at === 8 || at === 13 || at === 18 || at === 23
    if (isDashed ? byte !== DASH : !isHex) return false
  }
  return true
}

function fromText(text: string): Buffer | null {
  const id = text.toLowerCase()
  return PATTERN.test(id) ? Buffer.from(id, "latin1") : null
}

function fromHalves(message: Buffer): Buffer {
  const halves = [0n, 0n]
  const cursor: Cursor = { bytes: message, at: 0 }
  while (cursor.at < message.length) halves[(readVarint(cursor) >> 3) - 1] = readVarint64(cursor)
  const hex = halves.map((half) => BigInt.asUintN(64, half).toString(16).padStart(16, "0")).join("")
  return Buffer.from(hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"), "latin1")
}

/** The same id as an `event_store.client.UUID` of two 64-bit halves, for clients that ask for that form. */
export function structuredId(text: string): Buffer {
  const hex = text.replaceAll("-", "")
  const halves = Buffer.concat(
    [hex.slice(0, 16), hex.slice(16)].map((half, index) =>
      Buffer.from([((index + 1) << 3) | 0, ...varint64(BigInt(`0x${half}`))]),
    ),
  )
  const message = Buffer.allocUnsafe(1 + varintSize(halves.length) + halves.length)
  message[0] = 0x0a
  message.set(halves, writeVarint(message, 1, halves.length))
  return message
}

function varint64(value: bigint): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  return bytes
}
