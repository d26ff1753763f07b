import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { type Database, openDatabase } from "../../../src/infra/log-server/storage/database.ts"
import { openJournalFile } from "../../../src/infra/log-server/storage/journal/file.ts"
import { type Lookup, openTables, type Tables } from "../../../src/infra/log-server/storage/tables.ts"
import { TOMBSTONE_REVISION } from "../../../src/infra/log-server/wire/recorded-event.ts"
import { type Random, randomOf } from "../../simulation/random.ts"
import { removeDir, tempDir } from "../../support/process.ts"
import { commitEvents, lastRevision } from "./commit-events.ts"

const folder = tempDir("lookups")
const opened: Tables[] = []

afterAll(async () => {
  for (const tables of opened) await tables.close()
  removeDir(folder)
})

function newTables(name: string): Tables {
  mkdirSync(join(folder, name))
  const tables = openTables(join(folder, name))
  opened.push(tables)
  return tables
}

const METASTREAM = "$$a"
const NAMES = ["a", "b", METASTREAM, "c".repeat(600)]
const JOURNAL_BYTES = 16 * 4096

/** Some events of one stream, and the same into `plain`, without a journal. */
function commitSome(random: Random, database: Database, plain: Tables): void {
  const name = random.pick(NAMES)
  const before = lastRevision(database, name)
  if (before === TOMBSTONE_REVISION) return
  const firstPlace = database.lastPlace() + 1
  const last = random.chance(0.03) ? TOMBSTONE_REVISION : before + 1 + random.int(4)
  const count = last === TOMBSTONE_REVISION ? 1 : last - before
  const wires = Array.from({ length: count }, () => Buffer.alloc(1 + random.int(3000), random.int(256)))
  commitEvents(database, name, wires, last)
  const id = database.streamId(name)!
  plain.transaction(() => {
    if (plain.streamId(name) === null) plain.putStream(id, name)
    for (const [index, wire] of wires.entries()) plain.putEvent(firstPlace + index, wire)
    plain.putRun(id, { last, count, firstPlace })
  })
}

/** All that can be asked from some place and revision on. */
function answers(lookup: Lookup, place: number, revision: number, limit: number): unknown {
  const streams = NAMES.map((name) => lookup.streamId(name))
  return {
    streams,
    last: [lookup.lastPlace(), lookup.lastStreamId()],
    event: lookup.event(place),
    events: [false, true].map((backwards) => [...lookup.events(place, limit, backwards)]),
    runs: streams.map(
      (id) => id !== null && [[...lookup.runsFrom(id, revision)], downFrom(lookup, id, revision)],
    ),
  }
}

/** Without those that begin above the revision, of which the first may be there. */
const downFrom = (lookup: Lookup, id: number, revision: number) =>
  [...lookup.runsDownFrom(id, revision)].filter((run) => run.last - run.count < revision)

it("answers as the tables alone would, whatever is still in the journal, and after a restart without an end", () => {
  let fromJournal = 0
  for (let seed = 0; seed < 6; seed++) {
    const random = randomOf(`${seed}`)
    const plain = newTables(`plain ${seed}`)
    const tables = newTables(`tables ${seed}`)
    const open = () => openDatabase(tables, openJournalFile(join(folder, `journal ${seed}`), JOURNAL_BYTES))
    let database = open()
    const held: { place: number; wire: Buffer }[] = []
    for (let n = 0; n < 120; n++) {
      commitSome(random, database, plain)
      fromJournal = Math.max(fromJournal, database.lastPlace() - tables.lastPlace())
      if (random.chance(0.05)) database = open()
      if (random.chance(0.5) && database.needsRoom()) database.makeRoom()
      // Names that are too long for a key count as well, where only the key is known.
      if (plain.streamId(METASTREAM) !== null) expect(database.hasMetastreams()).toBe(true)
      const place = random.int(plain.lastPlace() + 3)
      const revision = random.chance(0.2) ? TOMBSTONE_REVISION : random.int(40)
      const limit = 1 + random.int(20)
      expect(answers(database, place, revision, limit)).toEqual(answers(plain, place, revision, limit))
      held.push(...database.events(place, limit, false))
    }
    // A reader may have what it found for longer than the journal.
    for (const { place, wire } of held) expect(wire).toEqual(plain.event(place))
  }
  expect(fromJournal).toBeGreaterThan(10)
})
