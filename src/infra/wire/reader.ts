/** Where a protobuf reader stands in `bytes`. */
export interface Cursor {
  readonly bytes: Buffer
  at: number
}

/** Reads a varint as a number. Lengths and tags only: values beyond 2^53 lose precision. */
export function readVarint(cursor: Cursor): number {
  const { bytes } = cursor
  let byte = bytes[cursor.at++] as number
  if (byte < 0x80) return byte
  let value = byte & 0x7f
  let scale = 0x80
  while (byte >= 0x80) {
    if (cursor.at >= bytes.length) throw new RangeError("a varint runs past the end of its message")
    byte = bytes[cursor.at++] as number
    value += (byte & 0x7f) * scale
    scale *= 0x80
  }
  return value
}

/** Reads a varint of up to 64 bits, each of which counts. */
export function readVarint64(cursor: Cursor): bigint {
  // Seven bytes are a number that is exact, and few numbers have more.
  let low = 0
  for (let scale = 1; scale < 2 ** 49; scale *= 0x80) {
    const byte = byteAt(cursor)
    low += (byte & 0x7f) * scale
    if (byte < 0x80) return BigInt(low)
  }
  let value = BigInt(low)
  for (let shift = 49n; ; shift += 7n) {
    const byte = byteAt(cursor)
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return value
  }
}

function byteAt(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at++]
  if (byte === undefined) throw new RangeError("a varint runs past the end of its message")
  return byte
}

/** Steps into the next length-delimited field, whose end it answers: a view of each would cost more than what is read there. */
export function enter(cursor: Cursor): number {
  const length = readVarint(cursor)
  const end = cursor.at + length
  if (end > cursor.bytes.length) throw new RangeError("a field runs past the end of its message")
  return end
}

/** Checks that what was read inside a field has not gone beyond its end. */
export function leave(cursor: Cursor, end: number): void {
  if (cursor.at > end) throw new RangeError("a field runs past the end of the one that holds it")
}

/** The next length-delimited field, as a view of the same memory. */
export function readBytes(cursor: Cursor): Buffer {
  const end = enter(cursor)
  const view = cursor.bytes.subarray(cursor.at, end)
  cursor.at = end
  return view
}

/** The next length-delimited field, as text. */
export function readText(cursor: Cursor): string {
  const end = enter(cursor)
  const text = cursor.bytes.toString("utf8", cursor.at, end)
  cursor.at = end
  return text
}

/** Steps over a field of no interest whose tag was just read. */
export function skip(cursor: Cursor, tag: number): void {
  switch (tag & 7) {
    case 0:
      readVarint(cursor)
      return
    case 1:
      cursor.at += 8
      return
    case 2:
      cursor.at = enter(cursor)
      return
    case 5:
      cursor.at += 4
      return
    default:
      throw new RangeError(`wire type ${tag & 7} is not used by any message`)
  }
}
