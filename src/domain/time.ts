import { z } from "zod"

/** A point in time as the log and the wire carry it: ISO-8601, UTC, milliseconds. */
export const Instant = z.iso.datetime({ precision: 3 })
export type Instant = z.infer<typeof Instant>

/** A prime, so that instants which lie some seconds or minutes apart do not displace each other. */
const RECENT = 61
const recentMs = new Float64Array(RECENT).fill(Number.NaN)
const recentTexts: Instant[] = []

/**
 * Milliseconds since the Unix epoch to an `Instant`. A crowd shares few instants, and making the text is slow, so the latest
 * are kept.
 */
export function toInstant(ms: number): Instant {
  const at = Math.trunc(Math.abs(ms)) % RECENT
  if (recentMs[at] !== ms) {
    recentTexts[at] = new Date(ms).toISOString()
    recentMs[at] = ms
  }
  return recentTexts[at]!
}
