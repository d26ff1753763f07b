import { randomBytes } from "node:crypto"
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const FILE = "jwt-secret"

/** The key kept in the data folder, or null if none was made yet. */
export function keptSecret(dataDir: string): string | null {
  try {
    return readFileSync(join(dataDir, FILE), "utf8").trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null
    throw error
  }
}

/** The key kept in the data folder; made at the first call, readable by its owner only. */
export function ensureSecret(dataDir: string): string {
  const kept = keptSecret(dataDir)
  if (kept !== null) return kept
  mkdirSync(dataDir, { recursive: true })
  const draft = join(dataDir, `${FILE}.${process.pid}`)
  writeFileSync(draft, randomBytes(32).toString("base64url"), { mode: 0o600, flush: true })
  try {
    // A link appears whole or not at all, and never replaces a key that another process made meanwhile.
    linkSync(draft, join(dataDir, FILE))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
  } finally {
    rmSync(draft)
  }
  return ensureSecret(dataDir)
}
