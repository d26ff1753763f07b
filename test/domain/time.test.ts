import fc from "fast-check"
import { expect, test } from "vitest"
import { fromInstant, toInstant } from "../../src/domain/time.ts"

const instant = fc.integer({ min: 0, max: 4_102_444_800_000 })

test("an instant is the text that the clock's own milliseconds have, whatever was asked for before", () => {
  fc.assert(
    fc.property(
      fc.array(instant, { minLength: 1, maxLength: 200 }),
      fc.array(fc.nat()),
      (instants, again) => {
        const asked = [...instants, ...again.map((at) => instants[at % instants.length]!)]
        for (const ms of asked) {
          expect(toInstant(ms)).toBe(new Date(ms).toISOString())
          expect(fromInstant(toInstant(ms))).toBe(ms)
        }
      },
    ),
  )
})

test("what is no instant is refused", () => {
  expect(() => toInstant(Number.NaN)).toThrow(RangeError)
  expect(fromInstant("never")).toBeNaN()
})
