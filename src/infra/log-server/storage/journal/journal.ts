import { randomBytes } from "node:crypto"
import { crc32 } from "node:zlib"
import type { JournalFile } from "./file.ts"

/**
 * Records that are on the disk one by one, in a file that is written over from its beginning, lap by lap. A record begins with a
 * block: `checksum 4 | length of the entries 4 | salt of the lap 8 | last place before it 6 | entries`, numbers little-endian;
 * the checksum is the CRC-32 of all that follows it.
 */
export interface Journal {
  /** Memory for the next entry of the record that is being written; it stays as it is until the lap is over. */
  room(bytes: number): Buffer
  /**
   * Writes the record, which follows the event at the place `after`. When this returns true, it is on the disk; when false, it
   * did not fit and nothing was done.
   */
  write(after: number): boolean
  /** Whether less than a quarter of the file is left to this lap. */
  isNearlyFull(): boolean
  /** Begins a new lap: all that was written may be lost. */
  rewind(): void
  close(): void
}

const HEADER = 22
const LENGTH = 4
const SALT = 8
const AFTER = 16
/** What a disk may spoil when the power fails while it writes; records share no block, so that each can spoil only itself. */
const BLOCK = 4096

const nextBlock = (at: number): number => Math.ceil(at / BLOCK) * BLOCK

export interface JournalRecord {
  /** The last place before it. */
  readonly after: number
  readonly entries: Buffer
}

/** The records of the lap in a file, up to the first that is not on the disk as a whole. */
export function* recordsIn(bytes: Buffer): Generator<JournalRecord> {
  for (let start = 0; start + HEADER <= bytes.length; ) {
    const end = start + HEADER + bytes.readUInt32LE(start + LENGTH)
    if (end === start + HEADER || end > bytes.length) return
    if (bytes.compare(bytes, SALT, AFTER, start + SALT, start + AFTER) !== 0) return
    if (crc32(bytes.subarray(start + LENGTH, end)) !== bytes.readUInt32LE(start)) return
    yield { after: bytes.readUIntLE(start + AFTER, 6), entries: bytes.subarray(start + HEADER, end) }
    start = nextBlock(end)
  }
}

/** Begins a lap in `file`. */
export function createJournal(file: JournalFile): Journal {
  /** The lap, as it is in the file. */
  const memory = Buffer.alloc(file.size)
  let salt: Buffer
  let start = 0
  /** Beyond the memory when the record does not fit. */
  let end = 0

  function rewind(): void {
    // What an earlier lap left behind, or what stands in an event, is never taken for a record of this one.
    salt = randomBytes(AFTER - SALT)
    begin(0)
  }

  function begin(at: number): void {
    start = at
    end = at + HEADER
  }

  rewind()
  return {
    room(bytes) {
      end += bytes
      return end <= memory.length ? memory.subarray(end - bytes, end) : Buffer.allocUnsafe(bytes)
    },
    write(after) {
      if (end === start + HEADER) return true
      if (end > memory.length) return false
      memory.writeUInt32LE(end - start - HEADER, start + LENGTH)
      memory.set(salt, start + SALT)
      memory.writeUIntLE(after, start + AFTER, 6)
      memory.writeUInt32LE(crc32(memory.subarray(start + LENGTH, end)), start)
      const next = nextBlock(end)
      file.write(memory.subarray(start, next), start)
      file.sync()
      begin(next)
      return true
    },
    isNearlyFull: () => memory.length - start < memory.length / 4,
    rewind,
    close: () => file.close(),
  }
}
