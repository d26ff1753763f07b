import { v5 as uuidV5 } from "uuid"

/** Namespace of the ids that are derived from events. A contract: another value would repeat old reactions. */
const NAMESPACE = "c0a3a7a1-4a53-4d0c-8d0e-6b8e2f1d9a55"

/**
 * Ids of what a reactor makes of a cause, in the order in which they are asked for: a second delivery of the cause
 * makes the same ones, and so meets its own first answer.
 */
export function derivedIds(causeId: string, purpose: string): () => string {
  let n = 0
  return () => derivedId(causeId, `${purpose}/${n++}`)
}

export const derivedId = (causeId: string, purpose: string): string =>
  uuidV5(`${causeId}/${purpose}`, NAMESPACE)
