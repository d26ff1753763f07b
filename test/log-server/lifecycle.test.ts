import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { EventStoreDBClient, jsonEvent } from "@eventstore/db-client"
import { afterAll, afterEach, expect, it, vi } from "vitest"
import { launchLogServer } from "../../src/infra/log-server/launch.ts"
import { startLogServer } from "../../src/infra/log-server/spawn.ts"
import { removeDir, tempDir } from "../support/process.ts"

const dataDir = () => {
  const dir = tempDir("lifecycle")
  undo.push(() => removeDir(dir))
  return dir
}

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

let client: EventStoreDBClient | null = null
/** One client at a time: two in a process disturb each other. */
async function connect(port: number): Promise<EventStoreDBClient> {
  await client?.dispose()
  client = EventStoreDBClient.connectionString(`esdb://127.0.0.1:${port}?tls=false`)
  return client
}
afterAll(() => client?.dispose())

/** An orphan that has ended stays a zombie (Z) until whoever adopted it looks. */
const isAlive = (pid: number): boolean => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
  } catch {
    return false
  }
}

async function write(port: number): Promise<bigint> {
  const connected = await connect(port)
  const { nextExpectedRevision } = await connected.appendToStream("s", jsonEvent({ type: "t", data: {} }))
  return nextExpectedRevision
}

/** Runs a script and answers the process and the first line that it prints. */
async function run(script: URL, args: string[]): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  undo.push(() => child.kill("SIGKILL"))
  const [line] = await once(createInterface(child.stdout), "line")
  return { child, line }
}

const MAIN = new URL("../../src/infra/log-server/main.ts", import.meta.url)

it("as a child ignores the signals of its group, and ends when its parent closes it", async () => {
  const { pid, port, close, exited } = await launchLogServer({ dataDir: dataDir(), port: 0 })
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.kill(pid, signal)
  expect(await write(port)).toBe(0n)
  await close()
  expect(await exited).toBe("exit code 0")
})

it("as a child ends with a parent that is killed", async () => {
  const { child, line } = await run(new URL("./parent.ts", import.meta.url), [dataDir()])
  const { pid } = JSON.parse(line) as { pid: number }
  expect(isAlive(pid)).toBe(true)
  child.kill("SIGKILL")
  await vi.waitUntil(() => !isAlive(pid), { timeout: 2_000, interval: 10 })
})

it("is started again on the same port, with all it had, when it is lost", async () => {
  const server = await startLogServer({ dataDir: dataDir(), port: 0 })
  undo.push(server.close)
  expect(await write(server.port)).toBe(0n)
  const lost = server.pid
  process.kill(lost, "SIGKILL")
  await vi.waitUntil(() => server.pid !== lost, { timeout: 5_000, interval: 10 })
  expect(await write(server.port)).toBe(1n)
})

it("stays ended once it is closed", async () => {
  const server = await startLogServer({ dataDir: dataDir(), port: 0 })
  const { pid } = server
  await server.close()
  await server.exited
  expect(isAlive(pid)).toBe(false)
})

it("refuses a second server on the same folder, which goes on under the first", async () => {
  const dir = dataDir()
  const first = await launchLogServer({ dataDir: dir, port: 0 })
  undo.push(first.close)
  await expect(launchLogServer({ dataDir: dir, port: 0 })).rejects.toThrow(`the folder ${dir} is in use`)
  expect(await write(first.port)).toBe(0n)
})

it("waits a moment for a folder whose server is about to end", async () => {
  const dir = dataDir()
  const first = await launchLogServer({ dataDir: dir, port: 0 })
  expect(await write(first.port)).toBe(0n)
  const second = launchLogServer({ dataDir: dir, port: 0 })
  await first.close()
  const { port, close } = await second
  undo.push(close)
  expect(await write(port)).toBe(1n)
})

it("keeps its log in a folder of any name, and makes it", async () => {
  const { port, close } = await launchLogServer({ dataDir: join(dataDir(), "咖啡 v1.5", "log.d"), port: 0 })
  undo.push(close)
  expect(await write(port)).toBe(0n)
})

it("says so when its port is taken", async () => {
  const squatter = createServer().listen(0, "127.0.0.1")
  await once(squatter, "listening")
  undo.push(() => squatter.close())
  const { port } = squatter.address() as { port: number }
  await expect(launchLogServer({ dataDir: dataDir(), port })).rejects.toThrow(
    `port ${port} of 127.0.0.1 is not free`,
  )
})

it.each(["SIGTERM", "SIGINT"] as const)("alone it serves until %s", async (signal) => {
  const { child, line } = await run(MAIN, ["--port", "0", "--data-dir", dataDir()])
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(line)?.[1])
  expect(await write(port)).toBe(0n)
  const began = performance.now()
  child.kill(signal)
  child.kill(signal)
  expect(await once(child, "exit")).toEqual([0, null])
  expect(performance.now() - began).toBeLessThan(2_000)
})

it("its help says what it does not do", async () => {
  const child = spawn(process.execPath, [fileURLToPath(MAIN), "--help"])
  let text = ""
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    text += chunk
  })
  await once(child, "close")
  for (const word of ["persistent subscriptions", "projections", "users", "clusters", "UNIMPLEMENTED"])
    expect(text).toContain(word)
})
