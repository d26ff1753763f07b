import { describe, expect, it } from "vitest"
import { drawPlan } from "./draw-plan.ts"
import { runSeed } from "./run.ts"
import { search } from "./search.ts"

describe("the simulation", () => {
  it("holds every invariant for 2,000 seeds", { timeout: 300_000 }, async () => {
    const reports = await search({ from: 1, count: 2_000 })
    expect(reports.flatMap(({ failed }) => failed ?? [])).toEqual([])
    expect(reports.reduce((sum, { ran }) => sum + ran, 0)).toBe(2_000)
  })

  it("is the same whenever a seed is run again, to the last step", async () => {
    for (const seed of ["1", "2", "3"]) {
      const [first, second] = [await runSeed(seed, true), await runSeed(seed, true)]
      expect(first.history.length).toBeGreaterThan(50)
      expect(second.history).toEqual(first.history)
    }
    expect(drawPlan("1")).not.toEqual({ ...drawPlan("2"), seed: "1" })
  })
})
