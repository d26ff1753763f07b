import fc from "fast-check"
import { bodySchemaOf, isValid, type Operation, type Schema } from "./document.ts"
import type { Sent } from "./send.ts"
import { pathOf, queryOf } from "./targets.ts"
import { bodies, mostly } from "./values.ts"
import type { World } from "./world.ts"

export interface Knocked {
  readonly sent: Sent
  /** What is wrong with it, as far as the document tells. */
  readonly wrong: readonly ("path" | "token" | "query" | "key" | "body")[]
}

interface Tokens {
  readonly right: readonly string[]
  readonly wrong: readonly string[]
}

interface Notification {
  readonly body: Buffer
  readonly signature: string
}

/** Requests for an operation, from what a careful client sends to what nobody should. */
export function requestsFor(
  operation: Operation,
  world: World,
  tokens: Tokens,
  notifications: readonly Notification[],
): fc.Arbitrary<Knocked> {
  const { method, path, parameters, security } = operation
  const parts = {
    path: pathOf(operation, world),
    query: queryOf(operation, world),
    token: tokenOf(tokens),
    key: parameters.some(({ name }) => name === "Idempotency-Key") ? keyOf : fc.constant(null),
    body: path.includes("/notifications/") ? notificationOf(notifications) : bodyOf(bodySchemaOf(operation)),
  }
  return fc.record(parts).map(({ path, query, token, key, body }) => ({
    sent: {
      method,
      path: path.text + query.text,
      headers: {
        ...(token.text === null ? {} : { authorization: `Bearer ${token.text}` }),
        ...(key?.text == null ? {} : { "idempotency-key": key.text }),
        ...body.headers,
      },
      body: body.bytes,
      chunked: body.chunked,
    },
    wrong: [
      ...(path.isWrong ? (["path"] as const) : []),
      ...(security && token.isWrong ? (["token"] as const) : []),
      // An operator's probe may ask whatever else.
      ...(query.isWrong && operation.path.startsWith("/v1/") ? (["query"] as const) : []),
      ...(key?.isWrong ? (["key"] as const) : []),
      ...(body.isWrong ? (["body"] as const) : []),
    ],
  }))
}

const tokenOf = ({ right, wrong }: Tokens) =>
  mostly(
    fc.constantFrom(...right).map((text) => ({ text, isWrong: false })),
    fc.constantFrom(null, ...wrong).map((text) => ({ text, isWrong: true })),
  )

const keyOf = mostly(
  fc
    .oneof(fc.constantFrom("k1", "k2", "first"), fc.stringMatching(/^[\x21-\x7e]{1,200}$/))
    .map((text) => ({ text, isWrong: false })),
  fc.constantFrom(null, "", "a b", "k".repeat(201), "caf\u00e9").map((text) => ({ text, isWrong: true })),
)

const contentTypes = mostly(
  fc.constantFrom("application/json", "application/json; charset=utf-8"),
  fc.constantFrom(undefined, "text/plain", "application/x-www-form-urlencoded", "nonsense"),
)

function bodyOf(schema: Schema | undefined) {
  if (!schema)
    return fc.constant({
      headers: {} as Record<string, string>,
      bytes: undefined,
      chunked: false,
      isWrong: false,
    })
  const sent = fc.record({
    text: fc.option(bodies(schema), { freq: 12 }),
    type: contentTypes,
    chunked: fc.boolean(),
  })
  return sent.map(({ text, type, chunked }) => ({
    headers: (type === undefined ? {} : { "content-type": type }) as Record<string, string>,
    bytes: text === null ? undefined : Buffer.from(text),
    chunked: text !== null && chunked,
    isWrong: !isRightBody(schema, text ?? "", type),
  }))
}

function isRightBody(schema: Schema, text: string, type: string | undefined): boolean {
  if (text === "") return isValid(schema, {})
  if (!type?.startsWith("application/json")) return false
  try {
    // A byte order mark before JSON may be overlooked.
    return isValid(schema, JSON.parse(text.replace(/^\ufeff/, "")))
  } catch {
    // What is no JSON is no body of ours.
    return false
  }
}

const notificationOf = (notifications: readonly Notification[]) =>
  mostly(
    fc.constantFrom(...notifications),
    fc.record({
      body: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      signature: fc.constantFrom("", "00", "f".repeat(64)),
    }),
  ).map(({ body, signature }) => ({
    headers: { "x-signature": signature },
    bytes: body,
    chunked: false,
    isWrong: !notifications.some((known) => known.body === body),
  }))
