import { execFile } from "node:child_process"
import { mkdtemp, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"
import { jwtVerifier } from "../src/infra/jwt.ts"
import { ensureSecret, keptSecret } from "../src/infra/jwt-secret.ts"

let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "hash-coffee-token-"))
})
afterAll(() => rm(dataDir, { recursive: true }))

const run = promisify(execFile)
const token = (args: string[], env: Record<string, string>) =>
  run(process.execPath, ["src/token.ts", ...args], { env: { PATH: process.env.PATH, ...env } })

test("the key is made once, and only its owner reads it", async () => {
  const folder = join(dataDir, "made", "at", "first")
  expect(keptSecret(folder)).toBeNull()
  const secret = ensureSecret(folder)
  expect(Buffer.byteLength(secret)).toBeGreaterThanOrEqual(32)
  expect([ensureSecret(folder), keptSecret(folder)]).toEqual([secret, secret])
  expect((await stat(join(folder, "jwt-secret"))).mode & 0o777).toBe(0o600)
})

test("prints a token for JWT_SECRET, and nothing else", async () => {
  const { stdout } = await token(["--user", "u1", "--role", "admin"], { JWT_SECRET: "a key" })
  expect(stdout).toMatch(/^\S+\n$/)
  expect(jwtVerifier("a key", Date.now)(stdout.trim())).toEqual({ userId: "u1", role: "admin" })
})

test("prints a user's token for the key that the data folder keeps", async () => {
  await expect(token(["--user", "u1"], { DATA_DIR: dataDir })).rejects.toThrow(`no key yet in ${dataDir}`)
  const secret = ensureSecret(dataDir)
  const { stdout } = await token(["--user", "u1"], { DATA_DIR: dataDir })
  expect(jwtVerifier(secret, Date.now)(stdout.trim())).toEqual({ userId: "u1", role: "user" })
})

test.each([
  [["--user", "a:b"], "--user takes 1 to 64"],
  [["--user", "u1", "--role", "cook"], "Allowed choices are user, staff, admin, auditor"],
  [[], "--user <id>"],
])("%o is refused", async (args, message) => {
  await expect(token(args, { JWT_SECRET: "a key" })).rejects.toThrow(message)
})
