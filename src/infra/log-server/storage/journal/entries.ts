import type { Writes } from "../tables.ts"

/** The writes of a record, one behind the other: a byte for the kind, and then numbers of 32 and 48 bits and bytes. */
const EVENT = 1
const STREAM = 2
const RUN = 3

/** `room` gives the memory for the next entry. */
export function createEntryWriter(room: (bytes: number) => Buffer): {
  event(place: number, wire: Buffer): Buffer
  stream: Writes["putStream"]
  run: Writes["putRun"]
} {
  function begin(kind: number, key: number, bytes: number): Buffer {
    const entry = room(HEAD + bytes)
    entry[0] = kind
    entry.writeUIntBE(key, 1, 6)
    return entry
  }
  return {
    /** Returns the bytes of the event as they stand in the entry. */
    event(place, wire) {
      const entry = begin(EVENT, place, 4 + wire.length)
      entry.writeUInt32BE(wire.length, HEAD)
      entry.set(wire, HEAD + 4)
      return entry.subarray(HEAD + 4)
    },
    stream(id, name) {
      const bytes = Buffer.byteLength(name)
      const entry = begin(STREAM, id, 4 + bytes)
      entry.writeUInt32BE(bytes, HEAD)
      entry.write(name, HEAD + 4)
    },
    run(streamId, { last, count, firstPlace }) {
      const entry = begin(RUN, streamId, RUN_BYTES)
      entry.writeUIntBE(last, HEAD, 6)
      entry.writeUIntBE(firstPlace, HEAD + 6, 6)
      entry.writeUInt32BE(count, HEAD + 12)
    },
  }
}

const HEAD = 7
const RUN_BYTES = 16

/** Does the writes of a record again. */
export function readEntries(record: Buffer, writes: Writes): void {
  for (let at = 0; at < record.length; ) {
    const kind = record[at]
    const key = record.readUIntBE(at + 1, 6)
    at += HEAD
    if (kind === RUN) {
      const last = record.readUIntBE(at, 6)
      const firstPlace = record.readUIntBE(at + 6, 6)
      writes.putRun(key, { last, firstPlace, count: record.readUInt32BE(at + 12) })
      at += RUN_BYTES
      continue
    }
    const end = at + 4 + record.readUInt32BE(at)
    const bytes = record.subarray(at + 4, end)
    if (kind === EVENT) writes.putEvent(key, bytes)
    else if (kind === STREAM) writes.putStream(key, bytes.toString())
    else throw new Error(`an entry of the kind ${kind} in the log's journal: a later version wrote it`)
    at = end
  }
}
