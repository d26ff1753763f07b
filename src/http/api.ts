import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
  RouteOptions,
} from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import { type Admission, admit } from "./admission.ts"
import { type Access, authorise, type TokenVerifier } from "./auth.ts"
import { type ProblemCode, problemResponses } from "./problems.ts"

/** Where the routes under `/v1` are added: zod schemas and the conventions below. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** Adds routes to the API. Their dependencies are bound before. */
export type AddRoutes = (api: Api) => void

declare module "fastify" {
  interface FastifyContextConfig {
    /** Who may use the route. Every route under `/v1` says so. */
    access?: Access
    /** The problems of the route's own; those that any route may answer with are added. */
    problems?: readonly ProblemCode[]
    /** Asked before all else: who may not expect an answer in time is told to come back. */
    admission?: Admission
    /** False for the few POST routes that take no Idempotency-Key. */
    idempotencyKey?: boolean
  }
}

const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/)
  .describe("1 to 200 visible ASCII characters; repeat it to repeat the request")

/** The Idempotency-Key of a request on a route that requires one. */
export const idempotencyKeyOf = (request: FastifyRequest): string =>
  request.headers["idempotency-key"] as string

/**
 * What every route of the API has without saying so: its access check, no unknown query names, on POST an
 * Idempotency-Key, and in the OpenAPI document each problem that may be the answer.
 */
export function addConventions(api: Api, verify: TokenVerifier): void {
  api.addHook("onRoute", (route) => {
    const { access, problems = [], idempotencyKey = true, admission } = route.config ?? {}
    if (access === undefined) throw new Error(`${route.url} does not say who may use it`)
    const key = idempotencyKey && route.method === "POST"
    const schema = route.schema ?? {}
    const { description = "" } = schema
    route.schema = {
      querystring: z.strictObject({}),
      ...schema,
      description: `${description} For ${access === "anyone" ? access : access.join(", ")}.`.trim(),
      ...(key ? { headers: z.object({ "idempotency-key": IdempotencyKey }) } : {}),
      ...(access === "anyone" ? {} : { security: [{ bearer: [] }] }),
      response: {
        ...(schema.response as object),
        ...problemResponses([
          ...problems,
          ...(admission ? (["overloaded"] as const) : []),
          ...problemsOfAny(route, access),
        ]),
      },
    }
    route.onRequest = [
      ...(admission ? [admit(admission)] : []),
      ...(access === "anyone" ? [] : [authorise(verify, access)]),
      ...[route.onRequest ?? []].flat(),
    ]
  })
}

function problemsOfAny({ method, schema }: RouteOptions, access: Access): ProblemCode[] {
  return [
    "invalid_request",
    ...(access === "anyone" ? [] : (["unauthenticated", "forbidden"] as const)),
    ...(schema?.params ? (["not_found"] as const) : []),
    ...(method === "GET" || method === "HEAD"
      ? []
      : (["payload_too_large", "unsupported_media_type"] as const)),
    "rate_limited",
    "internal_error",
    "unavailable",
  ]
}
