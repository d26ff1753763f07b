import { randomBytes } from "node:crypto"
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const FILE = "jwt-secret"

/** The key kept in the data folder, or null if none was made yet. */
export function keptSecret(dataDir: string): string | null {
  try {
    return readFileSync(join(dataDir, FILE), "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null
    throw error
  }
}

/**
 * The key kept in the data folder; made at the first call, readable by its owner only. One process at a time calls
 * it: the one that holds the folder.
 */
export function ensureSecret(dataDir: string): string {
  const kept = keptSecret(dataDir)
  if (kept !== null) return kept
  const secret = randomBytes(32).toString("base64url")
  mkdirSync(dataDir, { recursive: true })
  // Renamed into place, so that a crash leaves a whole key or none.
  const draft = join(dataDir, `${FILE}.draft`)
  writeFileSync(draft, secret, { mode: 0o600, flush: true })
  renameSync(draft, join(dataDir, FILE))
  return secret
}
