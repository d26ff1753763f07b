import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js"
import addFormats from "ajv-formats"
import type { Answered } from "./send.ts"

/** As much of JSON Schema as the document's requests use. */
export interface Schema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly not?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

export interface Parameter {
  readonly name: string
  readonly in: "path" | "query" | "header"
  readonly schema: Schema
}

interface Content {
  readonly [mediaType: string]: { readonly schema: Schema }
}

export interface Operation {
  readonly method: string
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly security?: readonly object[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<
    Record<string, { content: Content; headers?: Record<string, { schema: Schema }> }>
  >
}

/** Every operation of the document that a running system serves. */
export async function readOperations(url: string): Promise<Operation[]> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Partial<Operation>>>
  }
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(
      ([method, operation]) =>
        ({ parameters: [], ...operation, method: method.toUpperCase(), path }) as unknown as Operation,
    ),
  )
}

const ajv = new Ajv2020({ allErrors: true })
addFormats.default(ajv)
const compiled = new Map<object, ValidateFunction>()

/** Why a value is not what a schema says; null if it is. */
function faultsOf(schema: Schema, value: unknown): string | null {
  const validate = compiled.get(schema) ?? ajv.compile(schema)
  compiled.set(schema, validate)
  return validate(value) ? null : ajv.errorsText(validate.errors)
}

/** The schema of the body that an operation reads; undefined if it reads none. */
export const bodySchemaOf = ({ requestBody }: Operation): Schema | undefined =>
  requestBody?.content["application/json"]?.schema

export const isValid = (schema: Schema, value: unknown): boolean => faultsOf(schema, value) === null

/** What the document does not know of an answer; null if it knows all. */
export function faultOf({ responses }: Operation, { status, headers, text }: Answered): string | null {
  const described = responses[status]
  if (!described) return `status ${status} is not described`
  if (status === 500) return "500 is described, and must never come"
  for (const [name, { schema }] of Object.entries(described.headers ?? {})) {
    const value = headers[name.toLowerCase()]
    const faults = faultsOf(schema, schema.type === "integer" ? Number(value) : value)
    if (faults) return `header ${name}: ${faults}`
  }
  const mediaType = headers["content-type"]?.split(";", 1)[0] ?? ""
  const content = described.content[mediaType]
  if (!content) return `${mediaType} is not described for ${status}`
  const faults = faultsOf(content.schema, mediaType.endsWith("json") ? JSON.parse(text) : text)
  return faults && `body: ${faults}`
}
