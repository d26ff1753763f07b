import { hash } from "node:crypto"

/** Namespace of the ids that are derived from events. A contract: another value would repeat old reactions. */
const NAMESPACE = Buffer.from("c0a3a7a14a534d0c8d0e6b8e2f1d9a55", "hex")

/**
 * Ids of what a reactor makes of a cause, in the order in which they are asked for: a second delivery of the cause
 * makes the same ones, and so meets its own first answer.
 */
export function derivedIds(causeId: string, purpose: string): () => string {
  let n = 0
  return () => derivedId(causeId, `${purpose}/${n++}`)
}

/** A UUID of version 5, in one call of the hash: the library's takes several times as long. */
export function derivedId(causeId: string, purpose: string): string {
  const digest = hash("sha1", Buffer.concat([NAMESPACE, Buffer.from(`${causeId}/${purpose}`)]))
  const variant = ((Number.parseInt(digest[16]!, 16) & 3) | 8).toString(16)
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `5${digest.slice(13, 16)}`,
    variant + digest.slice(17, 20),
    digest.slice(20, 32),
  ].join("-")
}
