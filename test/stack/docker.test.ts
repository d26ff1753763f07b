import { chmodSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, expect, it } from "vitest"
import { removeDir, type Server, startServer, tempDir } from "../support/process.ts"

const STACK = fileURLToPath(new URL("../../src/stack.ts", import.meta.url))

const dir = tempDir("docker")
let stack: Server | null = null
afterEach(async () => {
  await stack?.kill()
  removeDir(dir)
})

it("with a Docker engine the servers are containers, which a signal stops and does not remove", async () => {
  const calls = join(dir, "calls")
  // It answers as an engine does, and notes what it was asked for.
  writeFileSync(join(dir, "docker"), `#!/bin/sh\necho "$* $LOG_PORT" >> ${calls}\n`)
  chmodSync(join(dir, "docker"), 0o755)
  const path = `PATH=${dir}:${process.env.PATH}`
  stack = startServer("env", [path, process.execPath, STACK, "--data-dir", join(dir, "data")], dir)
  const printed = await stack.printed("Ctrl-C stops the servers.", 20_000)
  const port = /EVENTSTORE_URL=esdb:\/\/127\.0\.0\.1:(\d+)\?tls=false/.exec(printed)?.[1]
  expect(printed).toMatch(/REDIS_URL=.*\n(.*\n)*export KAFKA_BROKERS=127\.0\.0\.1:\d+/)
  await stack.kill("SIGTERM")
  const file = "compose -f .*/src/stack/docker-compose.yml"
  expect(readFileSync(calls, "utf8").trimEnd().split("\n")).toEqual([
    expect.stringMatching(/^info /),
    expect.stringMatching(/^compose version /),
    expect.stringMatching(new RegExp(`^${file} up --detach --wait ${port}$`)),
    expect.stringMatching(new RegExp(`^${file} ps ${port}$`)),
    expect.stringMatching(new RegExp(`^${file} stop ${port}$`)),
  ])
})
