import type { JournalFile } from "../../../src/infra/log-server/storage/journal/file.ts"
import type { Tables } from "../../../src/infra/log-server/storage/tables.ts"
import type { Random } from "../../simulation/random.ts"
import { type Content, memoryTables, NOTHING } from "./memory-tables.ts"

/** The power is gone: nothing that this process still does has an effect. */
export class PowerCut extends Error {}

/** What becomes of a sector that was written and not synced. */
export type Fate = "old" | "new" | "spoiled"

const SECTOR = 512
/** A disk may rewrite as much to change a part of it, and lose the power in between. */
const BLOCK = 4096

/** A disk with a journal and tables on it, which obeys no one after the power is cut. */
export interface Disk {
  readonly file: JournalFile
  readonly tables: Tables
  /** Steps until now. A write, a sync, and the beginning and the end of a transaction are a step each. */
  steps(): number
  /** What was written to the journal since its last sync, as sectors. */
  unsynced(): readonly number[]
  /** The disk after the power came back. `fate` decides on each sector that was not synced. */
  afterCut(fate: (sector: number) => Fate, cutAt?: number): Disk
}

interface Options {
  readonly journalBytes: number
  /** The step that the power does not outlive. */
  readonly cutAt?: number
  /** A disk that says that it has written and has not. */
  readonly lies?: boolean
  readonly synced?: Buffer
  readonly content?: Content
}

export function createDisk(options: Options): Disk {
  const { journalBytes, cutAt = Infinity, lies = false } = options
  const synced = options.synced ?? Buffer.alloc(journalBytes)
  /** The journal as whoever reads the file sees it. */
  const cached = Buffer.from(synced)
  const dirty = new Set<number>()
  let content = options.content ?? NOTHING
  let steps = 0

  function step(): void {
    if (++steps >= cutAt) throw new PowerCut()
  }

  const file: JournalFile = {
    size: journalBytes,
    read: () => Buffer.from(cached),
    write(bytes, at) {
      if (steps >= cutAt) throw new PowerCut()
      cached.set(bytes, at)
      const end = Math.ceil((at + bytes.length) / BLOCK) * BLOCK
      for (let sector = (Math.floor(at / BLOCK) * BLOCK) / SECTOR; sector * SECTOR < end; sector++)
        dirty.add(sector)
      step()
    },
    sync() {
      step()
      if (lies) return
      cached.copy(synced)
      dirty.clear()
    },
    close() {},
  }
  const tables = memoryTables(
    () => content,
    (next) => {
      step()
      content = next
      step()
    },
  )

  return {
    file,
    tables,
    steps: () => steps,
    unsynced: () => [...dirty],
    afterCut(fate, cutAt) {
      const bytes = Buffer.from(synced)
      for (const sector of dirty) {
        const [from, to] = [sector * SECTOR, (sector + 1) * SECTOR]
        const became = fate(sector)
        if (became === "new") cached.copy(bytes, from, from, to)
        else if (became === "spoiled") bytes.fill(0xa5, from, to)
      }
      return createDisk({ journalBytes, lies, synced: bytes, content, ...(cutAt !== undefined && { cutAt }) })
    },
  }
}

/** Any fate for each sector. */
export const anyFate = (random: Random) => (): Fate => random.pick(["old", "new", "spoiled"])
