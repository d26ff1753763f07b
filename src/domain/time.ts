import { z } from "zod"

/** A point in time as the log and the wire carry it: ISO-8601, UTC, milliseconds. */
export const Instant = z.iso.datetime({ precision: 3 })
export type Instant = z.infer<typeof Instant>

/** Milliseconds since the Unix epoch to an `Instant`. */
export const toInstant = (ms: number): Instant => new Date(ms).toISOString()
