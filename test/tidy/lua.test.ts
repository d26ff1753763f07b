import { readdirSync, readFileSync } from "node:fs"
import { basename } from "node:path"
import { describe, expect, it } from "vitest"
import { KEYS_OF } from "../../src/infra/redis/scripts.ts"

const root = new URL("../../", import.meta.url)
const files = readdirSync(new URL("lua/", root)).filter((name) => name.endsWith(".lua"))
const scripts = files.filter((name) => !name.startsWith("_")).map((name) => basename(name, ".lua"))
const textOf = (name: string) => readFileSync(new URL(`lua/${name}.lua`, root), "utf8")
const tests = readdirSync(new URL("test/", root), { recursive: true }).map((path) => basename(String(path)))

describe("the scripts in lua/", () => {
  it("each have a wrapper, and each wrapper has a script", () => {
    expect(scripts.toSorted()).toEqual(Object.keys(KEYS_OF).toSorted())
  })

  it.each(scripts)("%s has a test", (name) => {
    expect(tests.some((file) => file === `${name}.ts` || file === `${name}.test.ts`)).toBe(true)
  })

  it.each(scripts)(
    "%s says its keys, arguments and replies, and that it runs whole or not at all",
    (name) => {
      const text = textOf(name)
      // With this line Redis refuses a script before its first write, if at all, and not in between.
      expect(text).toMatch(/^#!lua( flags=[a-z-]+)?\n-- /)
      expect(text).toMatch(/^-- KEYS {2}\S/m)
      expect(text).toMatch(/^-- ARGV {2}\S/m)
      expect(text).toMatch(/^-- Replies/m)
    },
  )

  it.each(scripts)("%s takes as many keys as it says, and builds none", (name) => {
    const text = textOf(name)
    const keys = /^-- KEYS {2}(.+)$/m.exec(text)![1]!.split(", ")
    expect(keys).toHaveLength(KEYS_OF[name as keyof typeof KEYS_OF])
    expect(text.replaceAll("...", "")).not.toMatch(/\.\.|seckill/)
  })
})
