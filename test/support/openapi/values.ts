import fc from "fast-check"
import type { Schema } from "./document.ts"

/** `frequently` in nine of ten. */
export const mostly = <T, U>(frequently: fc.Arbitrary<T>, seldom: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof({ weight: 9, arbitrary: frequently }, { weight: 1, arbitrary: seldom })

/** Values that a schema allows. */
export function allowed(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case "boolean":
      return fc.boolean()
    case "integer":
      return integer(schema)
    case "string":
      return string(schema)
    case "object": {
      const { properties = {}, required = [] } = schema
      const fields = Object.entries(properties).map(([name, field]) => [name, allowed(field)])
      return fc.record<Record<string, unknown>>(Object.fromEntries(fields), { requiredKeys: [...required] })
    }
    default:
      throw new Error(`no values for ${JSON.stringify(schema)}`)
  }
}

function integer({ minimum: min = -(2 ** 53) + 1, maximum: max = 2 ** 53 - 1, not }: Schema) {
  const near = fc.integer({ min, max: Math.min(max, min + 5) })
  const small = fc.integer({ min: Math.max(min, -3), max: Math.min(max, 50) })
  const any = fc.oneof(near, small, fc.integer({ min, max }))
  return any.filter((value) => !not?.enum?.includes(value))
}

function string({ format, pattern, minLength = 0, maxLength = 50 }: Schema): fc.Arbitrary<string> {
  if (format === "date-time") return instant
  const matches = new RegExp(pattern ?? "", "u")
  if (pattern && minLength === 0 && maxLength === 50) return fc.stringMatching(matches)
  return fc.string({ unit: "binary", minLength, maxLength }).filter((text) => matches.test(text))
}

const instant = fc
  .date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true })
  .map((date) => date.toISOString())

/** Values that somebody will send, whatever a schema says. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    "",
    "0",
    " 1",
    "\u0000",
    "\ud800",
    "__proto__",
    "2026-02-30T00:00:00Z",
    "2026-01-01T00:00:00+08:00",
    "x".repeat(5_000),
    0,
    -0,
    -1,
    1.5,
    2 ** 53,
    1e300,
    [],
    {},
    [[[[]]]],
  ),
  fc.jsonValue(),
)

/** Bodies for a schema: mostly as it says, else changed in one field, or anything. */
export function bodies(schema: Schema): fc.Arbitrary<string> {
  const right = allowed(schema)
  const names = [...Object.keys(schema.properties ?? {}), "unknown", "constructor"]
  const changed = fc
    .tuple(right, fc.constantFrom(...names), fc.option(hostile, { nil: undefined }))
    .map(([body, name, value]) => ({ ...(body as object), [name]: value }))
  return fc.oneof(
    { weight: 6, arbitrary: right.map(asJson) },
    { weight: 3, arbitrary: changed.map(asJson) },
    { weight: 1, arbitrary: hostile.map(asJson) },
    { weight: 1, arbitrary: nonsense },
  )
}

const asJson = (value: unknown) => JSON.stringify(value)

const nonsense = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "",
    "\ufeff{}",
    '{"__proto__":{"quantity":1}}',
    '{"constructor":{"prototype":{}}}',
    '{"quantity":1e400}',
    '{"quantity":01}',
    '{"quantity":1,"quantity":2}',
    `${"[".repeat(8_000)}${"]".repeat(8_000)}`,
    `{"a":`.repeat(2_000),
    `"${"x".repeat(20_000)}"`,
    " ".repeat(1_048_576),
  ),
)
