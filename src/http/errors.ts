import { STATUS_CODES } from "node:http"
import type { Socket } from "node:net"
import type { FastifyBaseLogger, FastifyError, FastifyReply, FastifyRequest } from "fastify"
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod"
import { DatabaseUnavailable } from "../commands/ports/database.ts"
import { EventStoreUnavailable } from "../commands/ports/event-store.ts"
import { GateUnavailable } from "../commands/ports/gate.ts"
import type { MethodsOf } from "./known-paths.ts"
import { type ProblemCode, problemAnswer, sendProblem } from "./problems.ts"
import { securityLinesBeside } from "./security-headers.ts"

/** 405 with the methods that the path takes, or 404. */
export function answerUnrouted(
  methodsOf: MethodsOf,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const methods = methodsOf(pathOf(request.url))
  if (methods.length === 0 || methods.includes(request.method)) return sendProblem(reply, "not_found")
  return sendProblem(reply, "method_not_allowed", { allow: methods.join(", ") })
}

/** Of a request's target, which may also be a whole URL. */
const pathOf = (target: string): string => target.replace(/^https?:\/\/[^/?#]*/i, "").split(/[?#]/, 1)[0]!

/**
 * Turns whatever was thrown into a problem; what is wrong inside goes to the log and never to the client.
 *
 * After a body that was refused, Fastify would close the connection, and a client that is still sending might lose the
 * answer to the reset that follows. Problems do not say so: the rest is read and thrown away, for as long as a request may
 * take.
 */
export function answerError(
  logger: FastifyBaseLogger,
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (hasZodFastifySchemaValidationErrors(error)) {
    // An id of another shape names nothing.
    if (error.validationContext === "params") return sendProblem(reply, "not_found")
    return sendProblem(reply, "invalid_request", {
      detail: `Not valid: ${error.validationContext}`,
      errors: error.validation.map(({ instancePath, message = "" }) => ({ path: instancePath, message })),
    })
  }
  if (isUnavailable(error)) {
    if (isToBeTold())
      logger.warn({ err: error, reqId: request.id }, "a server that is needed does not answer")
    return sendProblem(reply, "unavailable")
  }
  const code = codeOfStatus(error.statusCode ?? 500)
  if (code === "internal_error") logger.error({ err: error, reqId: request.id }, "a request failed")
  return sendProblem(reply, code)
}

/** In an outage thousands of requests fail alike, and a line of each would be one more load: one a second tells it. */
const TELL_EVERY_MS = 1_000
let toldMs = Number.NEGATIVE_INFINITY
function isToBeTold(): boolean {
  const nowMs = performance.now()
  if (nowMs - toldMs < TELL_EVERY_MS) return false
  toldMs = nowMs
  return true
}

const isUnavailable = (error: Error): boolean =>
  error instanceof EventStoreUnavailable ||
  error instanceof GateUnavailable ||
  error instanceof DatabaseUnavailable

function codeOfStatus(status: number): ProblemCode {
  if (status === 413) return "payload_too_large"
  if (status === 415) return "unsupported_media_type"
  return status >= 400 && status < 500 ? "invalid_request" : "internal_error"
}

/**
 * A path that the router cannot read: broken percent-encoding names nothing sensible, an overlong id nothing. No hook
 * runs for it.
 */
export const answerRouterError = (error: FastifyError, _request: unknown, reply: FastifyReply): void =>
  void sendProblem(reply, error.code === "FST_ERR_BAD_URL" ? "invalid_request" : "not_found")

/** Bytes that are no HTTP request, or that did not come in time. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return
  endWithProblem(socket, "invalid_request")
}

/** Answers where there is no reply to answer with, and closes the connection. */
export function endWithProblem(socket: Socket, code: ProblemCode): void {
  const { status, lines, text } = problemAnswer(code)
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}${securityLinesBeside()}`
  const rest = `content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`
  if (socket.writable) socket.write(head + rest)
  socket.destroySoon()
}
