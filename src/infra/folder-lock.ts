import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as sleep } from "node:timers/promises"

/** Another living process holds the folder. */
export class FolderLocked extends Error {
  override readonly name = "FolderLocked"
}

export interface FolderLock {
  release(): void
}

/** How long a new process waits for the one before it to be gone. */
const PATIENCE_MS = 2_000
const RETRY_MS = 20

/**
 * Takes the folder for this process alone, making it if need be. The lock is SQLite's on a file `lock` in there: the
 * kernel keeps it and drops it with the process, however that ends, so there is nothing stale to judge.
 * Throws `FolderLocked` when another process still has it after two seconds.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  mkdirSync(folder, { recursive: true })
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const lock = tryLock(join(folder, "lock"))
    if (lock) return lock
    if (performance.now() > deadline)
      throw new FolderLocked(`the folder ${folder} is in use by another process; one at a time may have it`)
    await sleep(RETRY_MS)
  }
}

function tryLock(path: string): FolderLock | null {
  const database = new DatabaseSync(path)
  try {
    // A journal in memory: nothing is ever written, and nothing is left behind to be recovered.
    database.exec("PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
  } catch (error) {
    database.close()
    if (error instanceof Error && /locked/.test(error.message)) return null
    throw error
  }
  return { release: () => database.close() }
}
