import { crc32 } from "node:zlib"
import { expect, it } from "vitest"
import { type Database, openDatabase } from "../../../src/infra/log-server/storage/database.ts"
import { createEntryWriter } from "../../../src/infra/log-server/storage/journal/entries.ts"
import { createJournal } from "../../../src/infra/log-server/storage/journal/journal.ts"
import { commitEvents } from "./commit-events.ts"
import { createDisk } from "./disk.ts"

const BLOCK = 4096
const HEADER = 22
/** Of an event, before its bytes. */
const ENTRY_HEAD = 11

const commit = (database: Database, wire: Buffer) => commitEvents(database, "s", [wire])

/** A record of the event at place 4, as it would stand in the lap of `journal`. */
function forge(journal: Buffer): Buffer {
  const { file } = createDisk({ journalBytes: BLOCK })
  const other = createJournal(file)
  const entries = createEntryWriter(other.room)
  entries.event(4, Buffer.from("nobody wrote this"))
  entries.run(1, { last: 3, count: 1, firstPlace: 4 })
  other.write(3)
  const record = file.read().subarray(0, HEADER + file.read().readUInt32LE(4))
  journal.copy(record, 8, 8, 16)
  record.writeUInt32LE(crc32(record.subarray(4)), 0)
  return record
}

it("takes no part of an event for a record, even if its author knew what the journal held", () => {
  const disk = createDisk({ journalBytes: 4 * BLOCK })
  const restarted = () => openDatabase(disk.tables, disk.file)

  const database = restarted()
  commit(database, Buffer.from("first"))
  const forged = forge(disk.file.read())
  commit(database, Buffer.concat([Buffer.alloc(BLOCK - HEADER - ENTRY_HEAD), forged]))
  expect(disk.file.read().subarray(2 * BLOCK, 2 * BLOCK + forged.length)).toEqual(forged)

  // A record that ends where that one begins.
  commit(restarted(), Buffer.alloc(BLOCK))
  expect(restarted().lastPlace()).toBe(3)
})
