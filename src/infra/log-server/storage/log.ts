import { join } from "node:path"
import { type Changes, createChanges } from "./changes.ts"
import type { Outcome, WriteCommand } from "./commands.ts"
import { openDatabase } from "./database.ts"
import { openJournalFile } from "./journal/file.ts"
import { createReader, type Reader } from "./reader.ts"
import { openStreams, type Streams } from "./streams.ts"
import { openTables } from "./tables.ts"
import { createTail } from "./tail.ts"
import { createWriter } from "./writer.ts"

export interface Log {
  readonly streams: Streams
  readonly read: Reader
  readonly changes: Changes
  /** The place of the last event, 0 when there is none. */
  lastPlace(): number
  /** Queues a write. `done` hears what became of it once that is on the disk; readers see it no earlier. */
  submit(command: WriteCommand, done: (outcome: Outcome) => void): void
  /** Finishes what is queued and closes the files. */
  close(): Promise<void>
}

/** What it is full of goes to the tables in some 5 ms. */
const JOURNAL_BYTES = 2 * 1_048_576

/**
 * Opens the log in `folder`. All writes that arrive in one turn of the event loop, whatever their stream and
 * connection, share one commit and one sync of the disk. A failure of the disk ends in `onFailure`: nothing of
 * the group was acknowledged, and what is on the disk is known only after a restart.
 */
export function openLog(folder: string, now: () => number, onFailure: (error: unknown) => void): Log {
  const database = openDatabase(openTables(folder), openJournalFile(join(folder, "journal"), JOURNAL_BYTES))
  const streams = openStreams(database)
  const tail = createTail()
  const writer = createWriter({ database, streams, tail, now })
  const changes = createChanges()
  let lastPlace = database.lastPlace()
  let queue: { command: WriteCommand; done: (outcome: Outcome) => void }[] = []
  let scheduled = false
  let roomMaking: NodeJS.Immediate | undefined

  function commitQueued(): void {
    scheduled = false
    const group = queue
    queue = []
    if (group.length === 0) return
    const outcomes: Outcome[] = []
    const written = new Set<string>()
    try {
      database.commit(() => {
        for (const { command } of group) outcomes.push(writer.write(command, written))
      })
    } catch (error) {
      onFailure(error)
      return
    }
    publish(written)
    group.forEach(({ done }, index) => {
      done(outcomes[index] as Outcome)
    })
    if (database.needsRoom()) roomMaking ??= setImmediate(makeRoom)
  }

  /** In a turn of its own, when the answers have left. */
  function makeRoom(): void {
    roomMaking = undefined
    try {
      database.makeRoom()
    } catch (error) {
      onFailure(error)
    }
  }

  function publish(written: ReadonlySet<string>): void {
    if (written.size === 0) return
    tail.publish()
    lastPlace = writer.lastPlace()
    changes.announce(written)
  }

  return {
    streams,
    read: createReader(database, tail),
    changes,
    lastPlace: () => lastPlace,
    submit(command, done) {
      queue.push({ command, done })
      if (scheduled) return
      scheduled = true
      setImmediate(commitQueued)
    },
    async close() {
      commitQueued()
      clearImmediate(roomMaking)
      await database.close()
    },
  }
}
