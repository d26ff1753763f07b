import { expect, it } from "vitest"
import { admit, createAdmission } from "../../src/http/admission.ts"

const ALWAYS_IN = 500

function crowd() {
  let nowMs = 0
  const admission = createAdmission(() => nowMs)
  return {
    ...admission,
    /** How many of `n` are let in at this moment. */
    arrive: (n: number) => Array.from({ length: n }, admission.enter).filter(Boolean).length,
    go: (n: number) => {
      for (let i = 0; i < n; i++) admission.leave()
    },
    pass: (ms: number) => {
      nowMs += ms
    },
  }
}

it("lets a sudden crowd in up to a bound, and one more for each that has left", () => {
  const { arrive, go } = crowd()
  expect(arrive(5_000)).toBe(ALWAYS_IN)
  expect(arrive(1)).toBe(0)
  go(3)
  expect(arrive(5)).toBe(3)
})

it("lets in as many as its pace can answer within 800 ms", () => {
  const { arrive, go, pass } = crowd()
  arrive(500)
  pass(250)
  go(400)
  // 1.6 a millisecond.
  expect(arrive(10_000)).toBe(1.6 * 800 - 100)
})

it("forgets the pace of before a standstill", () => {
  const { arrive, go, pass } = crowd()
  arrive(500)
  pass(250)
  go(500)
  expect(arrive(1)).toBe(1)
  pass(1_000)
  expect(arrive(10_000)).toBe(ALWAYS_IN - 1)
})

it("counts a request until its connection is done with it, however that ends", () => {
  const { enter, leave, arrive } = crowd()
  const closed: (() => void)[] = []
  const reply = { raw: { on: (_: string, run: () => void) => closed.push(run) } }
  let passed = 0
  admit({ enter, leave }).call(null as never, {} as never, reply as never, () => {
    passed += 1
  })
  expect(passed).toBe(1)
  expect(arrive(ALWAYS_IN)).toBe(ALWAYS_IN - 1)
  closed[0]!()
  expect(arrive(2)).toBe(1)
})
