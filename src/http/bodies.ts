import type { FastifyInstance } from "fastify"

/** Largest body that is read, in bytes. */
export const BODY_LIMIT_BYTES = 16 * 1024

/** A body that is something else than JSON, or compressed. */
const unsupported = () => Object.assign(new Error("unsupported body"), { statusCode: 415 })

/**
 * How bodies are read: JSON only, and an absent body is `{}`, whatever the content type says. JSON that names
 * `__proto__` or a constructor's prototype is refused.
 */
export function addBodyParsing(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const parseJson = app.getDefaultJsonParser("error", "error")

  app.addContentTypeParser<string>("application/json", { parseAs: "string" }, (request, text, done) => {
    if (text === "") return done(null, {})
    if (isEncoded(request.headers["content-encoding"])) return done(unsupported())
    return parseJson(request, text, done)
  })
  app.addContentTypeParser<string>("*", { parseAs: "string" }, (_request, text, done) =>
    text === "" ? done(null, {}) : done(unsupported()),
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

const isEncoded = (encoding: string | undefined): boolean => encoding !== undefined && encoding !== "identity"
