import { createHash } from "node:crypto"
import { v5 as uuidV5 } from "uuid"

/** Namespace of the ids that are derived from requests. A contract: another value would repeat old requests. */
const NAMESPACE = "5a3c6f0e-8d0c-4c57-9c1e-0d9a4d3f7b21"

/** The request id of a user's key, as streams and the gate know it. No user's name holds a colon. */
export const requestIdOf = (userId: string, key: string): string => `${userId}:${key}`

/** The id of what a POST creates: the same user, route path and key always create the same thing. */
export const derivedId = (userId: string, routePath: string, key: string): string =>
  uuidV5(JSON.stringify([userId, routePath, key]), NAMESPACE)

/** Tells whether a repeated key came with the same body, whatever the order of its fields. 22 characters. */
export function payloadHash(body: object): string {
  const fields = Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash("sha256").update(JSON.stringify(fields)).digest("base64url").slice(0, 22)
}
