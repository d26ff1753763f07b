import { expect, it } from "vitest"
import { type Database, openDatabase } from "../../../src/infra/log-server/storage/database.ts"
import { randomOf } from "../../simulation/random.ts"
import { commitEvents } from "./commit-events.ts"
import { anyFate, createDisk, type Disk, type Fate, PowerCut } from "./disk.ts"

/** Two records of a block fit, or one of two blocks: a lap is over soon. */
const JOURNAL_BYTES = 3 * 4096

/** Sizes of the events of each commit: one block, two, more than the journal has, many at once. */
const COMMITS = [[20], [900, 900], [5000], [20], [20], [13_000], [3000, 3000], [1], [4000], [20, 20, 20]]
const TOTAL = COMMITS.flat().length

const STREAMS = ["a", "b"]

/** What an event holds tells its place, to its last byte. */
const wireOf = (place: number, size: number): Buffer => Buffer.alloc(size, `event ${place};`)
const SIZES = COMMITS.flat()

/** Writes what is missing from `database`, commit by commit; returns the last place that was acknowledged. */
function writeRest(database: Database, acknowledged: (place: number) => void): void {
  let first = 1
  for (const [number, sizes] of COMMITS.entries()) {
    const firstPlace = first
    first += sizes.length
    if (database.lastPlace() >= firstPlace) continue
    const wires = sizes.map((size, index) => wireOf(firstPlace + index, size))
    commitEvents(database, STREAMS[number % STREAMS.length]!, wires)
    acknowledged(first - 1)
    if (database.needsRoom()) database.makeRoom()
  }
}

/** Whole commits only, all of what was acknowledged, each event as it was written, each stream without a gap. */
function expectNothingLost(database: Database, acknowledged: number): void {
  const last = database.lastPlace()
  expect(last).toBeGreaterThanOrEqual(acknowledged)
  let end = 0
  const ends = COMMITS.map((sizes) => (end += sizes.length))
  expect([0, ...ends]).toContain(last)
  const found = [...database.events(1, 100, false)]
  expect(found.map(({ place }) => place)).toEqual(Array.from({ length: last }, (_, index) => index + 1))
  for (const { place, wire } of found)
    if (!wire.equals(wireOf(place, SIZES[place - 1]!))) throw new Error(`event ${place} is another`)
  const places: number[] = []
  for (const name of STREAMS) {
    const id = database.streamId(name)
    let revision = -1
    for (const run of id === null ? [] : database.runsFrom(id, 0)) {
      expect(run.last).toBe(revision + run.count)
      revision = run.last
      for (let place = run.firstPlace; place < run.firstPlace + run.count; place++) places.push(place)
    }
  }
  expect(places.sort((a, b) => a - b)).toEqual(found.map(({ place }) => place))
}

/** Runs until the power is cut, at the latest until all is written; returns the last place that was acknowledged. */
function runUntilCut(disk: Disk, before: number): number {
  let acknowledged = before
  try {
    const database = openDatabase(disk.tables, disk.file)
    expectNothingLost(database, before)
    writeRest(database, (place) => {
      acknowledged = place
    })
    expectNothingLost(database, TOTAL)
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error
  }
  return acknowledged
}

const uncut = createDisk({ journalBytes: JOURNAL_BYTES })
runUntilCut(uncut, 0)
const STEPS = uncut.steps()

/** Every sector old or new: all of the possibilities, where there are not too many. */
function* fates(sectors: readonly number[]): Generator<(sector: number) => Fate> {
  const random = randomOf(`${sectors}`)
  if (sectors.length <= 8)
    for (let subset = 0; subset < 2 ** sectors.length; subset++)
      yield (sector) => ((subset >> sectors.indexOf(sector)) & 1 ? "new" : "old")
  else {
    yield () => "new"
    for (let prefix = 0; prefix < sectors.length; prefix++)
      yield (sector) => (sectors.indexOf(sector) < prefix ? "new" : "old")
  }
  for (let n = 0; n < 64; n++) yield anyFate(random)
}

it("loses nothing and invents nothing, wherever the power is cut and whatever of a write has reached the disk", () => {
  for (let cutAt = 1; cutAt <= STEPS; cutAt++) {
    const disk = createDisk({ journalBytes: JOURNAL_BYTES, cutAt })
    const acknowledged = runUntilCut(disk, 0)
    for (const fate of fates(disk.unsynced())) runUntilCut(disk.afterCut(fate), acknowledged)
  }
})

it("nor when the power is cut again and again", () => {
  for (let seed = 0; seed < 2000; seed++) {
    const random = randomOf(`${seed}`)
    let disk = createDisk({ journalBytes: JOURNAL_BYTES, cutAt: 1 + random.int(STEPS) })
    let acknowledged = 0
    for (let cuts = random.int(6); cuts >= 0; cuts--) {
      acknowledged = runUntilCut(disk, acknowledged)
      disk = disk.afterCut(anyFate(random), cuts === 0 ? undefined : 1 + random.int(8))
    }
    runUntilCut(disk, acknowledged)
  }
})

it("finds out a disk that says it has written and has not", () => {
  const cutAndLose = () => {
    for (let cutAt = 1; cutAt <= STEPS; cutAt++) {
      const disk = createDisk({ journalBytes: JOURNAL_BYTES, cutAt, lies: true })
      const acknowledged = runUntilCut(disk, 0)
      runUntilCut(
        disk.afterCut(() => "old"),
        acknowledged,
      )
    }
  }
  expect(cutAndLose).toThrow("to be greater than or equal")
})
