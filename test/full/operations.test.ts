import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, it } from "vitest"
import type { Identity } from "../../src/http/auth.ts"
import { jwtSigner } from "../../src/infra/jwt.ts"
import { type Api, apiOf, buy, eventually, openSale } from "../support/buyer.ts"
import {
  freePort,
  removeDir,
  SERVER_START_TIMEOUT_MS,
  type Server,
  startServer,
  tempDir,
} from "../support/process.ts"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))
const STACK = `${ROOT}src/stack.ts`
const page = readFileSync(`${ROOT}docs/operations.md`, "utf8")
const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!)
const [toStart, toRun, toSave, toRestore, toLook, toSeeGate, toRebuild, toReplay] = blocks as string[]

const dir = tempDir("operations")
const dataDir = `${dir}/data/stack`
const [stackRun, processesRun] = [tempDir("stack-run"), tempDir("operations-run")]
let stack: Server | null = null
let processes: Server | null = null
let variables: Record<string, string>
let ports: number[]
let api: Api
beforeAll(async () => {
  ports = [await freePort(), await freePort()]
  api = apiOf(`http://127.0.0.1:${ports[0]}`)
  variables = await startStack()
}, SERVER_START_TIMEOUT_MS)
afterAll(async () => {
  await stopProcesses()
  await stack?.kill("SIGTERM")
  for (const each of [dir, stackRun, processesRun]) removeDir(each)
})

/** Starts `npm run stack`'s program on the test's folder; returns the variables that it prints. */
async function startStack(): Promise<Record<string, string>> {
  stack = startServer(process.execPath, [STACK, "--data-dir", dataDir], stackRun)
  const printed = await stack.printed("Ctrl-C stops the servers.", SERVER_START_TIMEOUT_MS)
  return Object.fromEntries(
    [...printed.matchAll(/^export (\w+)=(.+)$/gm)].map(([, name, value]) => [name!, value!]),
  )
}

/** What the page says, on the test's folder and ports. */
const here = (block: string) =>
  block
    .replaceAll("data/stack", dataDir)
    .replaceAll("log-backup", `${dir}/log-backup`)
    .replaceAll("3000", `${ports[0]}`)
    .replaceAll("3001", `${ports[1]}`)

/** Runs a block to its end, as a reader would; what it printed. */
async function follow(block: string, more: Record<string, string> = {}): Promise<string> {
  const { port, password } = new URL(variables.MYSQL_URL!)
  const env = { ...process.env, ...variables, MYSQL_PORT: port, MYSQL_PASSWORD: password, ...more }
  const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", here(block)], {
    cwd: ROOT,
    env,
  })
  return stdout
}

/** Runs the block that starts processes, which go on. */
async function startProcesses(): Promise<void> {
  const given = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  const script = `cd ${ROOT}\n${here(toRun!)}\necho both are ready\nwait`
  processes = startServer("env", [...given, "bash", "-euc", script], processesRun)
  await processes.printed("both are ready", 60_000)
}

async function stopProcesses(): Promise<void> {
  if (!processes) return
  process.kill(-processes.pid, "SIGTERM")
  await processes.exited
  processes = null
}

const token = (userId: string, role: Identity["role"] = "user") =>
  jwtSigner(variables.JWT_SECRET!)({ userId, role })
const seen = async (orderId: string) =>
  (await api("GET", `/v1/orders/${orderId}`, { token: token("ann") })).body.status
const isSeen = (orderId: string) =>
  eventually(
    () => seen(orderId),
    (status) => status === "pending_payment",
  )

it("has a command for each step of a system's life, and each does what it says", async () => {
  expect([toStart, blocks.length]).toEqual(["npm run stack\n", 8])
  await startProcesses()
  const SALE = await openSale(api, token("boss", "admin"), { stock: 3 })
  const bought = await buy(api, SALE, token("ann"))
  expect(bought.status).toBe(201)
  await isSeen(bought.body.id)

  const look = await follow(toLook!)
  expect(look).toMatch(/^follower_lag_seconds\{follower="read-models"\} \d/m)
  expect(look).toMatch(/^parked\{by="relay"\} 0$/m)
  expect(look).toMatch(/nothing is parked\n$/)
  const gates = await follow(toSeeGate!, { SALE })
  expect(gates.match(/the gate and the log agree/g)).toHaveLength(2)
  expect(gates).toMatch(/^epoch +1 .*[\s\S]*loaded from the log[\s\S]*^epoch +[23] /m)
  await follow(toRebuild!)
  // The next event.
  expect((await buy(api, SALE, token("bob"))).status).toBe(201)
  await isSeen(bought.body.id)
  expect(await follow(toReplay!)).toContain("the relay begins again at the log's first event")

  // Only the log is kept: gates, tables and messages are made from it again.
  await stopProcesses()
  const beganMs = performance.now()
  await stack!.kill("SIGTERM")
  expect(performance.now() - beganMs).toBeLessThan(10_000)
  await follow(toSave!)
  await follow(toRestore!)
  expect(await startStack()).toEqual(variables)
  await startProcesses()
  await isSeen(bought.body.id)
  const again = await buy(api, SALE, token("ann"), { key: bought.key })
  expect(again.body).toEqual(bought.body)
  expect((await buy(api, SALE, token("cat"))).status).toBe(201)
  expect((await buy(api, SALE, token("dan"))).body.code).toBe("sold_out")
}, 240_000)

it("one folder has one stack", async () => {
  await expect(promisify(execFile)(process.execPath, [STACK, "--data-dir", dataDir])).rejects.toThrow(dataDir)
})
