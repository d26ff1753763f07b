import { createHmac } from "node:crypto"
import { afterAll, beforeAll, expect, test } from "vitest"
import { jwtSigner, jwtVerifier } from "../../src/infra/jwt.ts"
import { ask } from "../support/ask.ts"
import { as, buildTestEdge, TEST_SECRET, type TestEdge } from "../support/http.ts"
import { addThings } from "./thing-routes.ts"

let edge: TestEdge
beforeAll(async () => {
  edge = await buildTestEdge([addThings])
})
afterAll(() => edge.app.close())

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")
const soon = () => Math.floor(Date.now() / 1_000) + 60
const claims = () => ({ sub: "u1", role: "user", exp: soon() })

/** A token made by hand, as another program would. */
function token(
  payload: object,
  { header = { alg: "HS256", typ: "JWT" } as object, secret = TEST_SECRET } = {},
) {
  const head = `${part(header)}.${part(payload)}`
  const hash = (header as { alg?: string }).alg === "HS512" ? "sha512" : "sha256"
  return `${head}.${createHmac(hash, secret).update(head).digest("base64url")}`
}

const answerTo = async (authorization: string | undefined) => {
  const headers = { "idempotency-key": "k", ...(authorization === undefined ? {} : { authorization }) }
  return ask(edge.app, { method: "POST", url: "/v1/things", headers })
}

test.each(["user", "staff", "admin"])("%s may buy", async (role) => {
  expect((await answerTo(`Bearer ${token({ ...claims(), role })}`)).status).toBe(201)
})

test("an auditor may not", async () => {
  expect((await answerTo(as("a1", "auditor").authorization)).status).toBe(403)
})

test.each([
  ["any case of the scheme", () => `bEaReR ${token(claims())}`],
  [
    "iat, and claims that mean nothing here",
    () => `Bearer ${token({ ...claims(), iat: 1, iss: "x", aud: "y" })}`,
  ],
  ["a user of 64 characters", () => `Bearer ${token({ ...claims(), sub: "aZ0._-".padEnd(64, "x") })}`],
  ["no typ", () => `Bearer ${token(claims(), { header: { alg: "HS256" } })}`],
])("takes %s", async (_name, header) => {
  expect((await answerTo(header())).status).toBe(201)
})

test.each([
  ["no header", () => undefined],
  ["another scheme", () => `Basic ${token(claims())}`],
  ["no token", () => "Bearer "],
  ["nonsense", () => "Bearer a.b.c"],
  ["another key", () => `Bearer ${token(claims(), { secret: "another" })}`],
  ["algorithm none", () => `Bearer ${part({ alg: "none" })}.${part(claims())}.`],
  ["algorithm HS512", () => `Bearer ${token(claims(), { header: { alg: "HS512" } })}`],
  ["no algorithm", () => `Bearer ${token(claims(), { header: {} })}`],
  [
    "a changed payload",
    () => `Bearer ${token(claims()).replace(/\.[^.]+\./, `.${part({ ...claims(), sub: "u2" })}.`)}`,
  ],
  ["expired", () => `Bearer ${token({ ...claims(), exp: Math.floor(Date.now() / 1_000) - 1 })}`],
  ["no exp", () => `Bearer ${token({ sub: "u1", role: "user" })}`],
  ["exp as text", () => `Bearer ${token({ ...claims(), exp: String(soon()) })}`],
  ["an unknown role", () => `Bearer ${token({ ...claims(), role: "root" })}`],
  ["no role", () => `Bearer ${token({ sub: "u1", exp: soon() })}`],
  ["no sub", () => `Bearer ${token({ role: "user", exp: soon() })}`],
  ["an empty sub", () => `Bearer ${token({ ...claims(), sub: "" })}`],
  ["a sub of 65 characters", () => `Bearer ${token({ ...claims(), sub: "x".repeat(65) })}`],
  ["a colon in sub", () => `Bearer ${token({ ...claims(), sub: "a:b" })}`],
  ["what a decoder would overlook", () => `Bearer ${token(claims())}!!`],
  ["padding", () => `Bearer ${token(claims())}=`],
  ["8,000 characters", () => `Bearer ${"a".repeat(8_000)}`],
  ["a line feed after sub", () => `Bearer ${token({ ...claims(), sub: "a\n" })}`],
])("refuses %s", async (_name, header) => {
  const { status, headers, body } = await answerTo(header())
  expect([status, body.code]).toEqual([401, "unauthenticated"])
  expect(headers["www-authenticate"]).toBe("Bearer")
})

test("a remembered token still ends when its time is up", () => {
  let now = 1_700_000_000_000
  const verify = jwtVerifier(TEST_SECRET, () => now)
  const exp = now / 1_000 + 1
  const signed = token({ sub: "u1", role: "user", exp })
  expect(verify(signed)).toEqual({ userId: "u1", role: "user" })
  now += 999
  expect(verify(signed)).toEqual({ userId: "u1", role: "user" })
  now += 1
  expect(verify(signed)).toBeNull()
})

test("one too long to be remembered is proved each time", async () => {
  const long = `Bearer ${token({ ...claims(), more: "x".repeat(2_000) })}`
  for (let again = 0; again < 2; again++) expect((await answerTo(long)).status).toBe(201)
})

test("a token that we sign is one that we take", () => {
  const identity = { userId: "u1", role: "admin" } as const
  expect(jwtVerifier(TEST_SECRET, Date.now)(jwtSigner(TEST_SECRET)(identity))).toEqual(identity)
})
