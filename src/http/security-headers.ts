import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from "node:http"

/** What a browser is told, on every answer. */
export const SECURITY_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const

const names = Object.keys(SECURITY_HEADERS) as (keyof typeof SECURITY_HEADERS)[]
const allLines = linesOf(names)

/**
 * An answer that begins with the security headers, but for those that it sets itself. Node checks and copies each header of
 * each answer; these are known to be good, and as one text they cost a crowd's answers nothing. `_storeHeader` is where
 * Node makes the head of an answer; that every answer has them is tested on the wire.
 */
export class SecureResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  _storeHeader(firstLine: string, headers: OutgoingHttpHeaders = {}): void {
    const hasOwn = names.some((name) => headers[name] !== undefined)
    const lines = hasOwn ? linesOf(names.filter((name) => headers[name] === undefined)) : allLines
    storeHeader.call(this, firstLine + lines, headers)
  }
}

const { _storeHeader: storeHeader } = ServerResponse.prototype as unknown as {
  _storeHeader: (firstLine: string, headers: OutgoingHttpHeaders) => void
}

function linesOf(chosen: typeof names): string {
  return chosen.map((name) => `${name}: ${SECURITY_HEADERS[name]}\r\n`).join("")
}
