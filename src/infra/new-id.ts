import { randomFillSync } from "node:crypto"
import { v7 } from "uuid"

/** Random bytes of one id, and of how many they are asked for together: the asking costs more than the bytes. */
const BYTES = 16
const TOGETHER = 256

const bytes = new Uint8Array(BYTES * TOGETHER)
let used = bytes.length

/** A new, unique id (uuid v7), ordered by time to the millisecond. */
export function newId(): string {
  if (used === bytes.length) {
    randomFillSync(bytes)
    used = 0
  }
  const random = bytes.subarray(used, used + BYTES)
  used += BYTES
  return v7({ random })
}
