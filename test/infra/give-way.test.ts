import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { text } from "node:stream/consumers"
import { promisify } from "node:util"
import { expect, test } from "vitest"

const module = new URL("../../src/infra/give-way.ts", import.meta.url).href
const program = `
  const { giveWay } = await import(${JSON.stringify(module)})
  giveWay((cause) => {
    throw cause
  })
  const { getPriority } = await import("node:os")
  const { existsSync, readFileSync } = await import("node:fs")
  const session = existsSync("/proc/self/autogroup") ? readFileSync("/proc/self/autogroup", "utf8") : ""
  process.stdout.write(getPriority() + " " + session)`
const args = ["--input-type=module", "--eval", program]

// Not every system ranks sessions, and one that does says nothing of the session that it started with.
const ranked = existsSync("/proc/self/autogroup")

test("a process in a session of its own stands behind others, and so does its session", async () => {
  const child = spawn(process.execPath, args, { detached: true, stdio: ["ignore", "pipe", "inherit"] })
  const [printed] = await Promise.all([text(child.stdout), once(child, "exit")])
  expect(printed).toMatch(ranked ? /^10 \S+ nice 10\n$/ : /^10 $/)
})

test("a session that others share is left as it is", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(stdout).toBe(`10 ${ranked ? readFileSync("/proc/self/autogroup", "utf8") : ""}`)
})
