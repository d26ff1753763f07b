import { randomUUID } from "node:crypto"
import { expect, it } from "vitest"
import { createRecentIds } from "../../src/infra/log-server/storage/recent-ids.ts"

const KEPT = 16_384
const id = (text: string) => Buffer.from(text, "latin1")

it("knows the last 16,384 events by id and stream, and no older one", () => {
  const recent = createRecentIds()
  const ids = Array.from({ length: 3 * KEPT }, () => id(randomUUID()))
  ids.forEach((each, n) => {
    recent.add(each, n % 2 ? "odd" : "even", n)
  })
  ids.forEach((each, n) => {
    expect(recent.revision(n % 2 ? "odd" : "even", each)).toBe(n < 2 * KEPT ? null : n)
    expect(recent.revision(n % 2 ? "even" : "odd", each)).toBeNull()
  })
  expect(recent.revision("even", id(randomUUID()))).toBeNull()
})

it("tells ids apart that differ in one digit, wherever that is", () => {
  const recent = createRecentIds()
  const text = "00000000-0000-0000-0000-000000000000"
  const others = Array.from(text, (_, at) => `${text.slice(0, at)}f${text.slice(at + 1)}`).filter(
    (_, at) => text[at] !== "-",
  )
  others.forEach((other, n) => {
    recent.add(id(other), "s", n)
  })
  others.forEach((other, n) => {
    expect(recent.revision("s", id(other))).toBe(n)
  })
  expect(recent.revision("s", id(text))).toBeNull()
})

it("takes the last of several events with one id, until that is forgotten too", () => {
  const recent = createRecentIds()
  const twice = id(randomUUID())
  recent.add(twice, "first", 0)
  recent.add(twice, "second", 7)
  expect(recent.revision("first", twice)).toBeNull()
  expect(recent.revision("second", twice)).toBe(7)
  for (let n = 0; n < KEPT; n++) recent.add(id(randomUUID()), "s", n)
  expect(recent.revision("second", twice)).toBeNull()
})

it("knows no event without an id", () => {
  const recent = createRecentIds()
  recent.add(id("00000000-0000-0000-0000-000000000000"), "s", 0)
  expect(recent.revision("s", Buffer.alloc(0))).toBeNull()
})
