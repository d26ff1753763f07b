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

let lastText: Instant = ""
let lastMs = Number.NaN

/** An `Instant` to milliseconds since the Unix epoch. In a rush the same comes again and again. */
export function fromInstant(text: Instant): number {
  if (text !== lastText) {
    lastMs = Date.parse(text)
    lastText = text
  }
  return lastMs
}
