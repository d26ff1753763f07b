import fc from "fast-check"
import { isValid, type Operation, type Parameter } from "./document.ts"
import { allowed, mostly } from "./values.ts"
import type { World } from "./world.ts"

/** Paths of an operation, with real things in them, what looks like one, and what does not. */
export function pathOf({ path, parameters }: Operation, world: World) {
  const names = parameters.filter((parameter) => parameter.in === "path")
  const texts = fc.tuple(
    ...names.map((parameter) => mostly(segmentOf(path, parameter, world), strangeSegment)),
  )
  return texts.map((segments) => ({
    text: names.reduce((text, { name }, at) => text.replace(`{${name}}`, () => segments[at]!), path),
    isWrong: segments.some((segment) => /%zz|^$/.test(segment) || decodeURIComponent(segment).length > 600),
  }))
}

/** Real things, and what only looks like one. */
function segmentOf(path: string, { name, schema }: Parameter, world: World): fc.Arbitrary<string> {
  if (schema.enum) return fc.constantFrom(...schema.enum.map(String))
  const real =
    name === "requestId"
      ? world.keys
      : ({ dishes: world.dishes, orders: world.orders, payments: world.payments }[path.split("/")[2]!] ??
        world.sales)
  const like = schema.pattern ? allowed(schema).map(String) : fc.string({ unit: "grapheme", minLength: 1 })
  return mostly(fc.constantFrom(...real), like).map(encodeURIComponent)
}

const strangeSegment = fc.constantFrom(
  "%zz",
  "%2F",
  "%00",
  "..",
  "%2e%2e",
  ";a=b",
  "x".repeat(601),
  "%F0%9F%98%80",
)

/** Queries of an operation: none, right ones, and any names and values. */
export function queryOf(operation: Operation, { positions, cursors }: World) {
  const parameters = operation.parameters.filter((parameter) => parameter.in === "query")
  const real: Record<string, readonly string[]> = { after: positions, cursor: cursors }
  const right = fc.record(
    Object.fromEntries(
      parameters.map(({ name, schema }) => [
        name,
        real[name] ? mostly(fc.constantFrom(...real[name]), allowed(schema)) : allowed(schema),
      ]),
    ),
    { requiredKeys: [] },
  )
  const names = [...parameters.map(({ name }) => name), "unknown", "__proto__"]
  const pairs = mostly(
    right.map((query) => Object.entries(query) as [string, unknown][]),
    fc.array(
      fc.tuple(
        fc.constantFrom(...names),
        fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("", "0x1", "1e2")),
      ),
    ),
  )
  return pairs.map((pairs) => ({
    text:
      pairs.length === 0
        ? ""
        : `?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&")}`,
    isWrong: !isRightQuery(parameters, pairs),
  }))
}

function isRightQuery(parameters: readonly Parameter[], pairs: readonly [string, unknown][]): boolean {
  const names = pairs.map(([name]) => name)
  if (new Set(names).size < names.length) return false
  return pairs.every(([name, value]) => {
    const schema = parameters.find((parameter) => parameter.name === name)?.schema
    return schema !== undefined && isValid(schema, schema.type === "integer" ? numberOf(value) : value)
  })
}

const numberOf = (value: unknown) => (/^[0-9]+$/.test(String(value)) ? Number(value) : value)
