import { readEventId } from "../wire/event-id.ts"
import { readCommitPosition } from "../wire/fields.ts"
import { type Cursor, readBytes, readVarint, readVarint64, skip } from "../wire/reader.ts"

/** What became of an append. `position` is null when the server tells none. */
export type AppendAnswer =
  | { readonly kind: "success"; readonly revision: bigint; readonly position: bigint | null }
  /** `type` is the name of the error's message, such as `WrongExpectedVersion`. */
  | { readonly kind: "error"; readonly type: string; readonly message: string }

/** Reads a `BatchAppendResp`: which append it answers, and how. Throws when it is neither an answer nor one of ours. */
export function readAnswer(message: Buffer): { correlationId: string; answer: AppendAnswer } {
  const cursor: Cursor = { bytes: message, at: 0 }
  let correlationId: Buffer | null = null
  let answer: AppendAnswer | null = null
  while (cursor.at < message.length) {
    const tag = readVarint(cursor)
    if (tag === 0x0a) correlationId = readEventId(readBytes(cursor))
    else if (tag === 0x12) answer = readError(readBytes(cursor))
    else if (tag === 0x1a) answer = readSuccess(readBytes(cursor))
    else skip(cursor, tag)
  }
  if (!correlationId || !answer) throw new Error("the server sent an answer to nothing")
  return { correlationId: correlationId.toString("latin1"), answer }
}

function readSuccess(message: Buffer): AppendAnswer {
  const cursor: Cursor = { bytes: message, at: 0 }
  let revision = 0n
  let position: bigint | null = null
  while (cursor.at < message.length) {
    const tag = readVarint(cursor)
    if (tag === 0x08) revision = readVarint64(cursor)
    else if (tag === 0x1a) position = readCommitPosition(readBytes(cursor))
    else skip(cursor, tag)
  }
  return { kind: "success", revision, position }
}

/** Reads a `google.rpc.Status`, whose details say by their type what went wrong. */
function readError(status: Buffer): AppendAnswer {
  const cursor: Cursor = { bytes: status, at: 0 }
  let message = ""
  let type = ""
  while (cursor.at < status.length) {
    const tag = readVarint(cursor)
    if (tag === 0x12) message = readBytes(cursor).toString("utf8")
    else if (tag === 0x1a) type = readTypeName(readBytes(cursor))
    else skip(cursor, tag)
  }
  return { kind: "error", type, message }
}

function readTypeName(any: Buffer): string {
  const cursor: Cursor = { bytes: any, at: 0 }
  let url = ""
  while (cursor.at < any.length) {
    const tag = readVarint(cursor)
    if (tag === 0x0a) url = readBytes(cursor).toString("utf8")
    else skip(cursor, tag)
  }
  return url.slice(url.lastIndexOf(".") + 1)
}
