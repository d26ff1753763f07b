import { createEntryWriter, readEntries } from "./journal/entries.ts"
import type { JournalFile } from "./journal/file.ts"
import { createJournal, recordsIn } from "./journal/journal.ts"
import { createPending } from "./pending.ts"
import type { Lookup, Run, Tables } from "./tables.ts"

/** What is on the disk. Writes are allowed inside `commit` only. */
export interface Database extends Lookup {
  /** When this returns, what `write` wrote is on the disk; after a crash, all of it is or nothing. */
  commit(write: () => void): void
  /** Whether one of the next commits would have to make room in its midst. */
  needsRoom(): boolean
  /** Moves all that the journal has to the tables; between two commits nobody waits for it. */
  makeRoom(): void
  putEvent(place: number, wire: Buffer): void
  /** Returns the id of the new stream. */
  createStream(name: string): number
  putRun(streamId: number, run: Run): void
  close(): Promise<void>
}

/**
 * A commit goes to the journal, with one sync of a file that does not grow: a commit of the tables needs two, of more bytes. All that
 * the journal has goes to the tables when `makeRoom` is called, at the latest with a commit that no longer fits.
 *
 * Nothing is lost: a record stays in the journal until the tables have it on the disk. Nothing is there twice: the tables take
 * all of a lap or nothing, so their last place tells whether a lap that is found after a crash is in them.
 * Throws when the two are not of one log.
 */
export function openDatabase(tables: Tables, file: JournalFile): Database {
  const pending = createPending(tables)
  const journal = createJournal(file)
  const entries = createEntryWriter(journal.room)

  function makeRoom(): void {
    tables.transaction(() => pending.writeTo(tables))
    pending.clear()
    journal.rewind()
  }

  const { lastPlace } = pending.lookup
  const known = lastPlace()
  for (const record of recordsIn(file.read())) {
    if (record.after < known) continue
    if (record.after !== lastPlace()) throw new Error(notOfOneLog(record.after, lastPlace()))
    readEntries(record.entries, pending)
  }
  makeRoom()

  return {
    ...pending.lookup,
    commit(write) {
      const after = lastPlace()
      write()
      if (!journal.write(after)) makeRoom()
    },
    needsRoom: journal.isNearlyFull,
    makeRoom,
    putEvent(place, wire) {
      pending.putEvent(place, entries.event(place, wire))
    },
    createStream(name) {
      const id = pending.lookup.lastStreamId() + 1
      entries.stream(id, name)
      pending.putStream(id, name)
      return id
    },
    putRun(streamId, run) {
      entries.run(streamId, run)
      pending.putRun(streamId, run)
    },
    async close() {
      makeRoom()
      journal.close()
      await tables.close()
    },
  }
}

const notOfOneLog = (after: number, last: number): string =>
  `the journal of the log goes on after event ${after}, but its tables end with event ${last}: these files are not ` +
  "of one log, or not of one moment; put all of its folder back from one copy"
