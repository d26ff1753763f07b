import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, expect, it } from "vitest"
import type { Identity } from "../../src/http/auth.ts"
import { jwtSigner } from "../../src/infra/jwt.ts"
import { apiOf, buy, openSale } from "../support/buyer.ts"
import { startFullProcess } from "../support/full.ts"
import { removeDir, SERVER_START_TIMEOUT_MS, type Server, startServer, tempDir } from "../support/process.ts"

const STACK = fileURLToPath(new URL("../../src/stack.ts", import.meta.url))
const dataDir = tempDir("stack")
const logDir = tempDir("stack-run")
let server: Server | null = null
afterAll(async () => {
  await server?.kill("SIGTERM")
  removeDir(dataDir)
  removeDir(logDir)
})

/** Starts `npm run stack`'s program; returns the variables that it prints. */
async function startStack(): Promise<Record<string, string>> {
  server = startServer(process.execPath, [STACK, "--data-dir", dataDir], logDir)
  const printed = await server.printed("Ctrl-C stops the servers.", SERVER_START_TIMEOUT_MS)
  const variables = [...printed.matchAll(/^export (\w+)=(.+)$/gm)].map(([, name, value]) => [name, value])
  return Object.fromEntries(variables)
}

it(
  "starts the servers, prints the variables to set, and keeps the data from run to run",
  async () => {
    const variables = await startStack()
    const sign = jwtSigner(variables.JWT_SECRET!)
    const token = (userId: string, role: Identity["role"]) => sign({ userId, role })
    const first = await startFullProcess(variables)
    await first.ready()
    const saleId = await openSale(apiOf(first.url), token("boss", "admin"), { stock: 2 })
    expect((await buy(apiOf(first.url), saleId, token("ann", "user"))).status).toBe(201)
    await first.server.kill("SIGTERM")
    const beganMs = performance.now()
    await server!.kill("SIGTERM")
    expect(performance.now() - beganMs).toBeLessThan(10_000)

    expect(await startStack()).toEqual(variables)
    const again = await startFullProcess(variables)
    await again.ready()
    const api = apiOf(again.url)
    expect((await api("GET", `/v1/flash-sales/${saleId}`)).body).toMatchObject({ held: 1, remaining: 1 })
    expect((await buy(api, saleId, token("ann", "user"))).body.code).toBe("limit_exceeded")
    await again.server.kill("SIGTERM")
  },
  SERVER_START_TIMEOUT_MS,
)

it("keeps a second run off its folder", async () => {
  await expect(promisify(execFile)(process.execPath, [STACK, "--data-dir", dataDir])).rejects.toThrow(dataDir)
})
