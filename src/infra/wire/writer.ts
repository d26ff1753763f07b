/** How many bytes `value` takes as a varint. */
export function varintSize(value: number): number {
  let size = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++
  return size
}

/** Writes `value` as a varint at `at`; answers where the next byte goes. */
export function writeVarint(target: Buffer, at: number, value: number): number {
  let rest = value
  let next = at
  // Above 2^31 the bitwise operators would cut the number off.
  for (; rest >= 0x80000000; rest = Math.floor(rest / 0x80)) target[next++] = (rest % 0x80) | 0x80
  for (; rest >= 0x80; rest >>>= 7) target[next++] = (rest & 0x7f) | 0x80
  target[next++] = rest
  return next
}

/** Size of a length-delimited field with a one-byte tag. */
export const fieldSize = (length: number): number => 1 + varintSize(length) + length

/** A length-delimited field with a one-byte tag. */
export function field(tag: number, content: Buffer): Buffer {
  const target = Buffer.allocUnsafe(fieldSize(content.length))
  return target.subarray(0, writeField(target, 0, tag, content))
}

/** Writes a length-delimited field at `at`; answers where the next byte goes. */
export function writeField(target: Buffer, at: number, tag: number, content: Buffer): number {
  target[at] = tag
  const start = writeVarint(target, at + 1, content.length)
  target.set(content, start)
  return start + content.length
}

/** A number with a one-byte tag. */
export function numberField(tag: number, value: number): Buffer {
  const target = Buffer.allocUnsafe(1 + varintSize(value))
  target[0] = tag
  writeVarint(target, 1, value)
  return target
}
