import { type Cursor, leave, readText, readVarint, readVarint64, skip } from "./reader.ts"

/** Reads an entry of a `map<string, string>`, which ends at `end`. */
export function readEntry(cursor: Cursor, end: number): [key: string, value: string] {
  let key = ""
  let value = ""
  while (cursor.at < end) {
    const tag = readVarint(cursor)
    if (tag === 0x0a) key = readText(cursor)
    else if (tag === 0x12) value = readText(cursor)
    else skip(cursor, tag)
  }
  leave(cursor, end)
  return [key, value]
}

/** The name in a `StreamIdentifier`, which ends at `end`. */
export function readStreamName(cursor: Cursor, end: number): string {
  let name = ""
  while (cursor.at < end) {
    const tag = readVarint(cursor)
    if (tag === 0x1a) name = readText(cursor)
    else skip(cursor, tag)
  }
  leave(cursor, end)
  return name
}

/** The commit position in an `AllStreamPosition` or a `Checkpoint`. */
export function readCommitPosition(message: Buffer): bigint {
  const cursor: Cursor = { bytes: message, at: 0 }
  let position = 0n
  while (cursor.at < message.length) {
    const tag = readVarint(cursor)
    if (tag === 0x08) position = readVarint64(cursor)
    else skip(cursor, tag)
  }
  return position
}
