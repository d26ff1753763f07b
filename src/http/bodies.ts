import type { IncomingMessage } from "node:http"
import type { FastifyInstance } from "fastify"
import { type Asked, BODY_LIMIT_BYTES } from "./asked.ts"

/** A body that is something else than JSON, or compressed. */
const unsupported = () => Object.assign(new Error("unsupported body"), { statusCode: 415 })
const tooLarge = () => Object.assign(new Error("body too large"), { statusCode: 413 })

/**
 * How bodies are read: JSON only, and an absent body is `{}`, whatever the content type says. JSON that names
 * `__proto__` or a constructor's prototype is refused.
 */
export function addBodyParsing(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const parseJson = app.getDefaultJsonParser("error", "error")

  app.addContentTypeParser("application/json", (request, payload, done) =>
    readBody(payload, (error, text) => {
      if (error) return done(error)
      if (text === "") return done(null, {})
      if (isEncoded(request.headers["content-encoding"])) return done(unsupported())
      return parseJson(request, text, done)
    }),
  )
  app.addContentTypeParser("*", (_request, payload, done) =>
    readBody(payload, (error, text) =>
      !error && text === "" ? done(null, {}) : done(error ?? unsupported()),
    ),
  )
  app.addHook("onRequest", (request, _reply, done) => {
    const { "transfer-encoding": chunked, "content-length": length = "0" } = request.headers
    // A content type without a body says nothing.
    if (chunked === undefined && length === "0") delete request.headers["content-type"]
    done()
  })
  app.addHook("preValidation", (request, _reply, done) => {
    if (request.body === undefined) request.body = {}
    done()
  })
}

/** Calls `done` with the text of a body, at once if it is there, or with what is wrong with it. */
function readBody(request: IncomingMessage, done: (error: Error | null, text: string) => void): void {
  if (Number(request.headers["content-length"]) > BODY_LIMIT_BYTES) return done(tooLarge(), "")
  ;(request as Asked).readBody((text) => (text === null ? done(tooLarge(), "") : done(null, text)))
}

const isEncoded = (encoding: string | undefined): boolean => encoding !== undefined && encoding !== "identity"
