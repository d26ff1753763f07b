import { STATUS_CODES } from "node:http"
import type { FastifyReply } from "fastify"
import { z } from "zod"
import { endWith } from "./answer.ts"

/** Every problem that the API answers with: its stable code, its status, and what it says to a person. */
const table = {
  invalid_request: [400, "The request is not valid"],
  unauthenticated: [401, "A valid bearer token is needed"],
  forbidden: [403, "Your role does not allow this"],
  not_found: [404, "There is no such thing"],
  method_not_allowed: [405, "The path does not take this method"],
  invalid_state: [409, "The state does not allow this"],
  limit_exceeded: [409, "More than one buyer may have"],
  request_conflict: [409, "The Idempotency-Key was used with another body"],
  request_expired: [409, "The request expired before it was decided; send a new key"],
  sale_not_open: [409, "The sale is not open"],
  sale_paused: [409, "The sale is paused"],
  sold_out: [409, "Not enough cups are left"],
  payload_too_large: [413, "The body is too large"],
  unsupported_media_type: [415, "The body must be application/json"],
  rate_limited: [429, "Too many requests"],
  internal_error: [500, "Something went wrong on our side"],
  unavailable: [503, "The service cannot answer just now"],
  overloaded: [503, "The service has too much to do"],
  lagging: [503, "The read side has not caught up yet"],
} as const satisfies Record<string, readonly [status: number, title: string]>

export type ProblemCode = keyof typeof table
type StatusOf<Code extends ProblemCode> = (typeof table)[Code][0]

/** Every problem, an item of a list in Markdown each. */
export const problemList = (): string =>
  Object.entries(table)
    .map(([code, [status, title]]) => `- ${status} \`${code}\`: ${title}`)
    .join("\n")

/** The status that a problem is answered with. */
const statusOf = <Code extends ProblemCode>(code: Code): StatusOf<Code> => table[code][0]

export interface ProblemDetails {
  /** A sentence about this occurrence; never an internal message. */
  readonly detail?: string
  /** What is wrong where, for a request that is not valid. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
  /** For the statuses that ask to come again; whole seconds, 1 by default. */
  readonly retryAfterSeconds?: number
  /** The methods that the path takes. */
  readonly allow?: string
}

const PROBLEM_TYPE = "application/problem+json; charset=utf-8"

/** The body of a problem as text. */
function problemText(code: ProblemCode, { detail, errors }: ProblemDetails = {}): string {
  const [status, title] = table[code]
  return JSON.stringify({ type: `urn:hash-coffee:problem:${code}`, title, status, code, detail, errors })
}

/** A problem as it goes out: its status, its lines of headers, and its body. */
export function problemAnswer(code: ProblemCode, details: ProblemDetails = {}) {
  const { retryAfterSeconds = 1, allow } = details
  const status = statusOf(code)
  let lines = `content-type: ${PROBLEM_TYPE}\r\n`
  if (status === 401) lines += "www-authenticate: Bearer\r\n"
  if (status === 429 || status === 503) lines += `retry-after: ${retryAfterSeconds}\r\n`
  if (allow !== undefined) lines += `allow: ${allow}\r\n`
  return { status, lines, text: problemText(code, details) }
}

// A crowd that is refused gets the same few bytes: they are made once.
const prepared = new Map((Object.keys(table) as ProblemCode[]).map((code) => [code, problemAnswer(code)]))

/** Answers with a problem. `return sendProblem(...)` ends a handler or a hook. */
export function sendProblem(reply: FastifyReply, code: ProblemCode, details?: ProblemDetails): FastifyReply {
  const { status, lines, text } = details ? problemAnswer(code, details) : prepared.get(code)!
  return endWith(reply, status, lines, text)
}

const ErrorAt = z.object({ path: z.string(), message: z.string() })

/** The response schemas of these problems, by status: one status names all its codes. */
export function problemResponses(codes: Iterable<ProblemCode>): Record<number, object> {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of [...new Set(codes)].sort()) {
    const status = statusOf(code)
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries([...byStatus].map(([status, list]) => [status, problemResponse(status, list)]))
}

const problemResponse = (status: number, codes: readonly ProblemCode[]): object => ({
  description: `${STATUS_CODES[status]}: ${codes.map((code) => `\`${code}\``).join(", ")}`,
  content: {
    "application/problem+json": {
      schema: z
        .object({
          type: z.string(),
          title: z.string(),
          status: z.literal(status),
          code: z.enum(codes),
          detail: z.string().optional().describe("About this occurrence"),
          errors: z.array(ErrorAt).optional().describe("What is wrong where"),
        })
        .meta({ examples: codes.map((code) => JSON.parse(problemText(code))) }),
    },
  },
})
