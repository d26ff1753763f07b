import { beforeEach, expect, it } from "vitest"
import type { Claim } from "../../src/commands/ports/leases.ts"
import { elected, type Workers } from "../../src/reactors/elected.ts"
import { createVirtualClock, type VirtualClock } from "../support/virtual-clock.ts"

const TURN_MS = 400

let clock: VirtualClock
let answer: Claim
let told: string[]
let elect: Workers
beforeEach(async () => {
  clock = createVirtualClock(0)
  answer = "taken"
  told = []
  elect = elected(
    {
      clock,
      lease: { claim: async () => answer, release: async () => void told.push("released") },
      onActive: (active) => told.push(active ? "active" : "idle"),
      onLost: () => told.push("lost"),
    },
    () => {
      told.push("starts")
      return { stop: async () => void told.push("stops") }
    },
  )
  await clock.settle()
})

const next = async (claim: Claim) => {
  answer = claim
  told = []
  await clock.advance(TURN_MS)
  return told
}

it("works while the lease is held, stops when another has it, and begins again", async () => {
  expect(told).toEqual([])
  expect(await next("mine")).toEqual(["starts", "active"])
  expect(await next("mine")).toEqual([])
  expect(await next("taken")).toEqual(["lost", "stops", "idle"])
  expect(await next("taken")).toEqual([])
  expect(await next("mine")).toEqual(["starts", "active"])
})

it("leaves everything as it is while nobody can say", async () => {
  expect(await next("unknown")).toEqual([])
  await next("mine")
  expect(await next("unknown")).toEqual([])
  expect(await next("mine")).toEqual([])
})

it("gives the lease up after the work has ended", async () => {
  await next("mine")
  told = []
  await elect.stop()
  expect(told).toEqual(["stops", "idle", "released"])
})
