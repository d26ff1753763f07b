import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
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
  const { readFileSync } = await import("node:fs")
  console.log(getPriority(), readFileSync("/proc/self/autogroup", "utf8"))`
const args = ["--input-type=module", "--eval", program]

test("a process in a session of its own stands behind others, and so does its session", async () => {
  const child = spawn(process.execPath, args, { detached: true, stdio: ["ignore", "pipe", "inherit"] })
  const [printed] = await Promise.all([text(child.stdout), once(child, "exit")])
  expect(printed).toMatch(/^10 \S+ nice 10\n/)
})

test("a session that others share is left as it is", async () => {
  const session = readFileSync("/proc/self/autogroup", "utf8").trim()
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(stdout.trim()).toBe(`10 ${session}`)
})
