import type { FastifyRequest, onRequestHookHandler } from "fastify"
import { sendProblem } from "./problems.ts"

export const roles = ["user", "staff", "admin", "auditor"] as const
export type Role = (typeof roles)[number]

/** What a user's id looks like; it never holds a colon. */
export const USER_ID = /^[A-Za-z0-9._-]{1,64}$/

/** Who asks, as their token says. */
export interface Identity {
  /** Matches `USER_ID`. */
  readonly userId: string
  readonly role: Role
}

/** The identity that a token proves; null if it proves none (forged, expired, malformed). */
export type TokenVerifier = (token: string) => Identity | null

/** A token for an identity, as the login hands it out. */
export type TokenSigner = (identity: Identity) => string

/** Who may use a route: `anyone` without a token, or the roles listed. */
export type Access = "anyone" | readonly Role[]

/** The rows of the contract. Admin may do what staff does; an auditor reads and never acts. */
export const access = {
  anyone: "anyone",
  user: ["user", "staff", "admin"],
  staff: ["staff", "admin"],
  admin: ["admin"],
  reader: roles,
} as const satisfies Record<string, Access>

declare module "fastify" {
  interface FastifyRequest {
    identity: Identity | null
  }
}

/** The identity of a request on a route that is not open to anyone. */
export function identityOf(request: FastifyRequest): Identity {
  if (!request.identity)
    throw new Error(`${request.routeOptions.url} asked for an identity but is open to anyone`)
  return request.identity
}

/** Lets only these roles in: 401 without a valid token, 403 with another role; before the body is read. */
export function authorise(verify: TokenVerifier, allowed: readonly Role[]): onRequestHookHandler {
  return (request, reply, done) => {
    const token = bearerOf(request.headers.authorization)
    const identity = token === null ? null : verify(token)
    if (!identity) return void sendProblem(reply, "unauthenticated")
    if (!allowed.includes(identity.role)) return void sendProblem(reply, "forbidden")
    request.identity = identity
    done()
  }
}

function bearerOf(header: string | undefined): string | null {
  if (header === undefined || header.slice(0, 7).toLowerCase() !== "bearer ") return null
  return header.slice(7).trim()
}
