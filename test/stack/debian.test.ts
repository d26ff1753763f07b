import { afterEach, expect, it, vi } from "vitest"
import { debianPrograms } from "../../src/stack/debian.ts"

afterEach(() => vi.restoreAllMocks())

it("finds what is there", async () => {
  expect(await debianPrograms({ sh: "dash" }, () => {})).toEqual({ sh: expect.stringMatching(/\/sh$/) })
})

it("tells whoever may not install which packages are missing, all at once", async () => {
  vi.spyOn(process, "getuid").mockReturnValue(1_000)
  const needs = {
    sh: "dash",
    "no-such-program": "coffee-beans",
    "nor-this": "coffee-milk",
    "nor-that": "coffee-milk",
  }
  await expect(debianPrograms(needs, () => {})).rejects.toThrow(
    "no-such-program, nor-this, nor-that not installed: install the Debian packages coffee-beans coffee-milk",
  )
})
