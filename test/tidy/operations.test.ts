import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))
const page = readFileSync(join(ROOT, "docs/operations.md"), "utf8")
const source = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !/^(demo|stack)/.test(name))
  .map((name) => readFileSync(join(ROOT, "src", name), "utf8"))
  .join("\n")

it("every line that a running process tells is explained in docs/operations.md", () => {
  const told = [...source.matchAll(/(?:\breport\(|logger\.\w+\(\{[^}]*\},)\s*"([^"]+)"/g)].map(
    ([, line]) => line!,
  )
  expect(told.length).toBeGreaterThan(12)
  expect(told.filter((line) => !page.includes(`| \`${line}\``))).toEqual([])
  // And none that nobody tells any more.
  const explained = [...page.matchAll(/^\| `([a-z][^`<]+)` \| [^|]+ \| [^|]* \|$/gim)].map(
    ([, line]) => line!,
  )
  const lines = explained.filter((line) => line.includes(" "))
  expect(lines.length).toBeGreaterThan(12)
  expect(lines.filter((line) => !source.includes(line.replace(/:$/, "")))).toEqual([])
})

it("every metric of ours is explained there, and none that there is not", () => {
  const made = [
    ...source.matchAll(/name: "(\w+)",\s*help|gauge\(\s*"(\w+)"|counter\(registry, "(\w+)"/g),
  ].map((match) => match.slice(1).find(Boolean)!)
  const explained = [...page.matchAll(/^\| `([a-z]+(?:_[a-z]+)*)` \|/gm)]
    .map(([, name]) => name!)
    .filter((name) => name === "parked" || name.includes("_"))
  expect(explained.length).toBeGreaterThan(15)
  expect(new Set(explained)).toEqual(new Set(made))
})
