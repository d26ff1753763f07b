import { type Cursor, readBytes, readVarint, readVarint64, skip } from "./reader.ts"

/** Reads an entry of a `map<string, string>`. */
export function readEntry(message: Buffer): [key: string, value: string] {
  const cursor: Cursor = { bytes: message, at: 0 }
  let key = ""
  let value = ""
  while (cursor.at < message.length) {
    const tag = readVarint(cursor)
    if (tag === 0x0a) key = readBytes(cursor).toString("utf8")
    else if (tag === 0x12) value = readBytes(cursor).toString("utf8")
    else skip(cursor, tag)
  }
  return [key, value]
}

/** The name in a `StreamIdentifier`. */
export function readStreamName(message: Buffer): string {
  const cursor: Cursor = { bytes: message, at: 0 }
  let name = ""
  while (cursor.at < message.length) {
    const tag = readVarint(cursor)
    if (tag === 0x1a) name = readBytes(cursor).toString("utf8")
    else skip(cursor, tag)
  }
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
