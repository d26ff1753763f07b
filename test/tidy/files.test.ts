import { readdirSync, readFileSync, statSync } from "node:fs"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))
const LINES_MAX = 200
// Put together, so that this file does not name what it looks for.
const LEFT_FOR_LATER = new RegExp(`\b(${["TO" + "DO", "FIX" + "ME", "HA" + "CK"].join("|")})\b`)
const NOT_RUN = /\b(describe|it|test)\.(skip|only|todo)\b/

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((name) => join(ROOT, folder, name))
    .filter((path) => /\.(ts|lua)$/.test(path) && statSync(path).isFile())
}

const files = ["src", "lua", "test", "bench"].flatMap(filesBelow).map((path) => ({
  name: relative(ROOT, path),
  text: readFileSync(path, "utf8"),
}))
const named = (bad: (text: string) => boolean) =>
  files.filter(({ text }) => bad(text)).map(({ name }) => name)

describe("every file", () => {
  it("is found", () => expect(files.length).toBeGreaterThan(100))
  it(`has at most ${LINES_MAX} lines: a longer one is two`, () =>
    expect(named((text) => text.split("\n").length > LINES_MAX + 1)).toEqual([]))
  it("leaves nothing for later", () => expect(named((text) => LEFT_FOR_LATER.test(text))).toEqual([]))
  it("runs every test that it has", () => expect(named((text) => NOT_RUN.test(text))).toEqual([]))
})

it("the lockfile names no place to download from", () => {
  expect(readFileSync(join(ROOT, "package-lock.json"), "utf8")).not.toContain('"resolved"')
})
