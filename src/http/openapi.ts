import { STATUS_CODES } from "node:http"

/** Meta data of a body's schema: what it may look like. (`examples` is not kept where a schema transforms.) */
export const example = (value: object) => ({ "x-examples": { example: { value } } })

/** As much of an OpenAPI document as is completed here. */
export interface Document {
  readonly paths?: Record<string, Record<string, Operation>>
}

interface Operation {
  parameters?: { name: string; in: string }[]
  requestBody?: { required?: boolean; content: Record<string, { schema: { required?: unknown[] } }> }
  responses: Record<string, { description: string; headers?: Record<string, object> }>
}

const LOCATION = {
  description: "Where to ask for it; a path",
  required: true,
  schema: { type: "string", format: "uri-reference" },
}
const RETRY_AFTER = {
  description: "When to come again, in seconds",
  required: true,
  schema: { type: "integer", minimum: 1 },
}

/** The headers that every answer of a status has. */
const headersOf: Record<string, Record<string, object>> = {
  201: { Location: LOCATION },
  202: { Location: LOCATION },
  401: { "WWW-Authenticate": { required: true, schema: { type: "string", const: "Bearer" } } },
  429: { "Retry-After": RETRY_AFTER },
  503: { "Retry-After": RETRY_AFTER },
}

/** Completes what routes cannot say in their schemas: answers' headers and names, and that a body may be absent. */
export function finishDocument(document: Document): Document {
  for (const operations of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(operations)) finish(operation)
  }
  return document
}

function finish({ parameters = [], requestBody, responses }: Operation): void {
  for (const parameter of parameters) {
    if (parameter.in === "header") parameter.name = asWritten(parameter.name)
  }
  for (const { schema } of Object.values(requestBody?.content ?? {})) {
    // An absent body is `{}`.
    if (!schema.required?.length) requestBody!.required = false
  }
  for (const [status, response] of Object.entries(responses)) {
    if (response.description === "Default Response") response.description = STATUS_CODES[status]!
    if (headersOf[status]) response.headers = headersOf[status]
  }
}

/** `Idempotency-Key` of `idempotency-key`. */
const asWritten = (name: string): string => name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())
