import type { FastifyRequest } from "fastify"
import { idempotencyKeyOf } from "../../http/api.ts"
import { identityOf } from "../../http/auth.ts"
import type { Context } from "../context.ts"
import { derivedId, payloadHash, requestIdOf } from "../request.ts"

/** What a POST brings: who asks, the request's id in their name, the hash of its body, and the course it belongs to. */
export function asked(request: FastifyRequest) {
  const { userId } = identityOf(request)
  const key = idempotencyKeyOf(request)
  const requestId = requestIdOf(userId, key)
  return {
    requestId,
    payloadHash: payloadHash(request.body as object),
    context: contextOf(request, requestId),
    /** The id of what this request creates. */
    createdId: () => derivedId(userId, routePathOf(request), key),
  }
}

export function contextOf(request: FastifyRequest, causationId: string): Context {
  const { role, userId } = identityOf(request)
  return { actor: `${role}:${userId}`, correlationId: request.id, causationId }
}

/** The path as it was understood: another spelling of it (`%2D`, a whole URL) is no other path to a key. */
const routePathOf = ({ routeOptions, params }: FastifyRequest): string =>
  routeOptions.url!.replace(/:(\w+)/g, (_, name) => (params as Record<string, string>)[name]!)
