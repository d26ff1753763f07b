import type { Socket } from "node:net"
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify"
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod"
import { EventStoreUnavailable } from "../commands/ports/event-store.ts"
import { GateUnavailable } from "../commands/ports/gate.ts"
import type { MethodsOf } from "./known-paths.ts"
import { PROBLEM_TYPE, type ProblemCode, problemText, sendProblem } from "./problems.ts"

/** 405 with the methods that the path takes, or 404. */
export function answerUnrouted(
  methodsOf: MethodsOf,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const [path = ""] = request.url.split("?", 1)
  const methods = methodsOf(path)
  if (methods.length === 0 || methods.includes(request.method)) return sendProblem(reply, "not_found")
  reply.header("allow", methods.join(", "))
  return sendProblem(reply, "method_not_allowed")
}

/** Turns whatever was thrown into a problem; what is wrong inside goes to the log and never to the client. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (hasZodFastifySchemaValidationErrors(error)) {
    // An id of another shape names nothing.
    if (error.validationContext === "params") return sendProblem(reply, "not_found")
    return sendProblem(reply, "invalid_request", {
      detail: `Not valid: ${error.validationContext}`,
      errors: error.validation.map(({ instancePath, message = "" }) => ({ path: instancePath, message })),
    })
  }
  if (error instanceof EventStoreUnavailable || error instanceof GateUnavailable) {
    request.log.warn({ err: error }, "a server that is needed does not answer")
    return sendProblem(reply, "unavailable")
  }
  const code = codeOfStatus(error.statusCode ?? 500)
  if (code === "internal_error") request.log.error({ err: error }, "a request failed")
  return sendProblem(reply, code)
}

function codeOfStatus(status: number): ProblemCode {
  if (status === 413) return "payload_too_large"
  if (status === 415) return "unsupported_media_type"
  return status >= 400 && status < 500 ? "invalid_request" : "internal_error"
}

/** A path that the router cannot read: broken percent-encoding names nothing sensible, an overlong id nothing. */
export const answerRouterError = (error: FastifyError, _request: unknown, reply: FastifyReply): void =>
  void sendProblem(reply, error.code === "FST_ERR_BAD_URL" ? "invalid_request" : "not_found")

/** Bytes that are no HTTP request, or that did not come in time. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return
  const body = problemText("invalid_request")
  const head = [
    "HTTP/1.1 400 Bad Request",
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ]
  if (socket.writable) socket.write(`${head.join("\r\n")}\r\n\r\n${body}`)
  socket.destroySoon()
}
