import { STATUS_CODES } from "node:http"

/** Meta data of a body's schema: what it may look like. (`examples` is not kept where a schema transforms.) */
export const example = (value: object) => ({ "x-examples": { example: { value } } })

/** As much of an OpenAPI document as is completed here. */
export interface Document {
  readonly paths?: Record<string, Record<string, Operation>>
}

interface Operation {
  operationId: string
  parameters?: { name: string; in: string }[]
  requestBody?: { required?: boolean; content: Record<string, { schema: { required?: unknown[] } }> }
  responses: Record<string, { description: string; headers?: Record<string, object>; links?: object }>
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

/** What the `id` of a created thing is good for: operations, and their parameter. */
const usesOf: Record<string, readonly (readonly [operationId: string, parameter: string])[]> = {
  addDish: [["changeDish", "id"]],
  scheduleFlashSale: [
    ["getFlashSale", "id"],
    ["changeFlashSale", "id"],
    ["adjustStock", "id"],
    ["order", "id"],
  ],
  order: [
    ["getOrder", "id"],
    ["openPayment", "id"],
    ["cancelOrder", "id"],
  ],
  openPayment: [
    ["getPayment", "id"],
    ["simulatePayment", "paymentId"],
  ],
}

const linksOf = (operationId: string): object =>
  Object.fromEntries(
    (usesOf[operationId] ?? []).map(([use, parameter]) => [
      use,
      { operationId: use, parameters: { [parameter]: "$response.body#/id" } },
    ]),
  )

/**
 * Completes what routes cannot say in their schemas: answers' headers and names, what leads where, and that a body may
 * be absent.
 */
export function finishDocument(document: Document): Document {
  for (const operations of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(operations)) finish(operation)
  }
  return document
}

function finish({ operationId, parameters = [], requestBody, responses }: Operation): void {
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
    if (status === "201") response.links = linksOf(operationId)
  }
}

/** `Idempotency-Key` of `idempotency-key`. */
const asWritten = (name: string): string => name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())
