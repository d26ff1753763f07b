import { afterAll, beforeAll, it } from "vitest"
import { pause, SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { endure, type Trial } from "../support/trial.ts"
import { type Fleet, startFleet } from "../support/world.ts"

/** Appends are given up after 2 s: their outcome is unknown then, and they are written all the same. */
const PAST_APPEND_TIMEOUT_MS = 5_000

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet(2)
}, SERVER_START_TIMEOUT_MS)
afterAll(() => fleet.close())

const trials: readonly Trial[] = [
  { name: "the log server killed", fault: () => fleet.servers.log.restart() },
  {
    name: "the log server stopped for 5 s",
    fault: () => pause(fleet.servers.log.pid, PAST_APPEND_TIMEOUT_MS),
  },
]

it.each(trials)("$name", (trial) => endure(fleet, trial), 120_000)
