import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { createConnection } from "node:net"
import { createInterface } from "node:readline"
import { describe, expect, it } from "vitest"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { startTestRedis } from "../support/redis.ts"

const support = new URL("../support/redis.ts", import.meta.url).href
const runner = `
  const { startTestRedis } = await import(${JSON.stringify(support)})
  const { port, dir } = await startTestRedis()
  console.log(JSON.stringify({ port, dir }))
  setInterval(() => {}, 1_000)`

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1")
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false))
    socket.once("connect", () => socket.destroy())
  })
}

describe("a server that a test starts", () => {
  it.each(["SIGKILL", "SIGINT", "SIGTERM"] as const)(
    "goes with its folder when the test's process ends by %s",
    async (signal) => {
      const child = spawn(process.execPath, ["--input-type=module", "--eval", runner], {
        stdio: ["ignore", "pipe", "inherit"],
      })
      const lines = createInterface({ input: child.stdout })
      const [line] = await new Promise<string[]>((resolve) => lines.once("line", (text) => resolve([text])))
      const { port, dir } = JSON.parse(line!) as { port: number; dir: string }
      expect(await answers(port)).toBe(true)
      expect(existsSync(dir)).toBe(true)
      child.kill(signal)
      await expect.poll(() => answers(port), { timeout: 5_000 }).toBe(false)
      await expect.poll(() => existsSync(dir), { timeout: 5_000 }).toBe(false)
    },
    SERVER_START_TIMEOUT_MS,
  )

  it(
    "goes with its folder when it is closed, and touches no other",
    async () => {
      const [one, two] = await Promise.all([startTestRedis(), startTestRedis()])
      await one.close()
      expect(await answers(one.port)).toBe(false)
      expect(existsSync(one.dir)).toBe(false)
      expect(await two.cli("PING")).toBe("PONG")
      await two.close()
    },
    SERVER_START_TIMEOUT_MS,
  )
})
