import { randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { setImmediate as turn } from "node:timers/promises"
import { afterAll, beforeAll, expect, it } from "vitest"
import type { Outcome } from "../../../src/infra/log-server/storage/commands.ts"
import { recordsIn } from "../../../src/infra/log-server/storage/journal/journal.ts"
import { type Log, openLog } from "../../../src/infra/log-server/storage/log.ts"
import { removeDir, tempDir } from "../../support/process.ts"

const folder = tempDir("room")
let log: Log
beforeAll(() => {
  log = openLog(folder, Date.now, (error) => {
    throw error
  })
})
afterAll(async () => {
  await log.close()
  removeDir(folder)
})

const append = (bytes: number) =>
  new Promise<Outcome>((resolve) => {
    const event = {
      ...{ id: Buffer.from(randomUUID()), type: "Written", contentType: "application/octet-stream" },
      ...{ customMetadata: Buffer.alloc(0), data: Buffer.alloc(bytes) },
    }
    log.submit({ kind: "append", stream: "s", expected: "any", events: [event] }, resolve)
  })
const records = () => [...recordsIn(readFileSync(join(folder, "journal")))]

it("makes room in a nearly full journal once it has answered, and not in the midst of a later commit", async () => {
  for (const bytes of [700_000, 700_000]) {
    await append(bytes)
    await turn()
  }
  expect(records().map(({ after }) => after)).toEqual([0, 1])
  // Less than a quarter is left, yet all of this would have found room.
  await append(200_000)
  await turn()
  await append(1_000)
  expect(records().map(({ after }) => after)).toEqual([3])
  expect(log.read.all(3, 10, false).map(({ place }) => place)).toEqual([3, 4])
})
