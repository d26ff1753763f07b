import { afterAll, beforeAll, it } from "vitest"
import { pause, SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { endure, type Trial } from "../support/trial.ts"
import { type Fleet, startFleet } from "../support/world.ts"

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet(2)
}, SERVER_START_TIMEOUT_MS)
afterAll(() => fleet.close())

const trials: readonly Trial[] = [
  { name: "an API process killed", fault: () => fleet.processes[0]!.restart() },
  { name: "an API process stopped for 5 s", fault: () => pause(fleet.processes[0]!.server.pid, 5_000) },
  { name: "the workers killed", fault: () => fleet.workers.restart() },
  {
    name: "every process killed at once",
    fault: () => Promise.all([...fleet.processes, fleet.workers].map((each) => each.restart())),
  },
]

it.each(trials)("$name", (trial) => endure(fleet, trial), 120_000)
