import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { expect, it } from "vitest"

const SCRIPT = fileURLToPath(new URL("../support/fold-memory.ts", import.meta.url))

it("a fold keeps a request id in 250 bytes, next to none of them on the heap, and gives all back", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", SCRIPT])
  const { heapEach, allEach, leftOver } = JSON.parse(stdout)
  console.log(`a request id: ${Math.round(allEach)} bytes, ${Math.round(heapEach)} of them on the heap`)
  expect(allEach).toBeLessThan(250)
  expect(heapEach).toBeLessThan(25)
  expect(leftOver).toBeLessThan(2_000_000)
})
