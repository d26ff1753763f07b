import { describe, expect, test } from "vitest"
import { text } from "../../src/domain/text.ts"

const title = text(1, 200)
const taken = (value: unknown) => title.safeParse(value).success

describe("text of 1 to 200 characters", () => {
  test.each([
    ["one", "x"],
    ["200", "x".repeat(200)],
    ["200 of two UTF-16 units each", "\u{1f600}".repeat(200)],
    ["Chinese", "\u62ff\u94c1"],
    ["a line feed", "two\nlines"],
  ])("takes %s", (_name, value) => expect(taken(value)).toBe(true))

  test.each([
    ["none", ""],
    ["201", "x".repeat(201)],
    ["201 of two UTF-16 units each", "\u{1f600}".repeat(201)],
    ["NUL", "a\u0000b"],
    ["half a surrogate pair", "a\ud800"],
    ["the other half", "\udc00a"],
    ["a number", 1],
  ])("refuses %s", (_name, value) => expect(taken(value)).toBe(false))
})
