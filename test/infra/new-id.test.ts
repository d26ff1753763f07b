import { version } from "uuid"
import { expect, it } from "vitest"
import { newId } from "../../src/infra/new-id.ts"

it("is a uuid v7, new each time, in the order of time", () => {
  const ids = Array.from({ length: 10_000 }, newId)
  expect(new Set(ids).size).toBe(ids.length)
  expect(new Set(ids.map(version))).toEqual(new Set([7]))
  const times = ids.map((id) => id.slice(0, 13))
  expect(times).toEqual(times.toSorted())
  // What is not time is random in every id, not only in the first of those that are made together.
  expect(new Set(ids.map((id) => id.slice(-12))).size).toBe(ids.length)
})
