import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { bigUint64s, float64s } from "../../src/domain/columns/column.ts"
import { createNames } from "../../src/domain/columns/names.ts"

describe("a column", () => {
  it("keeps what was set, over many pages", () => {
    const values = float64s()
    for (let row = 0; row < 50_000; row++) values.set(row, row * 1.5)
    for (let row = 0; row < 50_000; row++) expect(values.get(row)).toBe(row * 1.5)
  })
  it("is copied as it is at the moment", () => {
    const values = bigUint64s()
    values.set(20_000, 7n)
    const copy = values.copy()
    values.set(20_000, 8n)
    values.set(90_000, 9n)
    expect([copy.get(20_000), values.get(20_000), values.get(90_000)]).toEqual([7n, 8n, 9n])
  })
})

describe("names", () => {
  it("have numbers in the order in which they came, as in a map", () => {
    const name = fc.oneof(
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
      fc.constantFrom("", "a", "\u00ff", "\u00fe", "\u0100", "\ud800"),
    )
    fc.assert(
      fc.property(fc.array(name), fc.array(name), (added, others) => {
        const names = createNames()
        const numbers = new Map<string, number>()
        for (const each of added) {
          if (!numbers.has(each)) numbers.set(each, numbers.size)
          expect(names.add(each)).toBe(numbers.get(each))
        }
        expect(names.size()).toBe(numbers.size)
        for (const [each, number] of numbers) expect(names.at(number)).toBe(each)
        for (const each of [...added, ...others]) expect(names.find(each)).toBe(numbers.get(each) ?? -1)
      }),
    )
  })
  it("are found among very many, long ones too", () => {
    const names = createNames()
    const nth = (n: number) => (n % 1_000 === 0 ? `${n}`.repeat(40_000) : `user${n}:key`)
    for (let n = 0; n < 30_000; n++) expect(names.add(nth(n))).toBe(n)
    for (let n = 0; n < 30_000; n++) expect(names.find(nth(n))).toBe(n)
    expect(names.at(1_234)).toBe("user1234:key")
    expect(names.at(29_000)).toBe(nth(29_000))
    expect(names.find("user30000:key")).toBe(-1)
  })
})
