import type { OutgoingHttpHeaders } from "node:http"

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
 * The security headers as lines, but for those that an answer has of its own. Node checks and copies each header of each
 * answer; these are known to be good, and as one text they cost a crowd's answers nothing.
 */
export function securityLinesBeside(own?: OutgoingHttpHeaders): string {
  const hasOwn = own !== undefined && names.some((name) => own[name] !== undefined)
  return hasOwn ? linesOf(names.filter((name) => own[name] === undefined)) : allLines
}

function linesOf(chosen: typeof names): string {
  return chosen.map((name) => `${name}: ${SECURITY_HEADERS[name]}\r\n`).join("")
}
