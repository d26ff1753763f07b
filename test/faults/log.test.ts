import { afterAll, beforeAll, it } from "vitest"
import { type FaultName, faults } from "../support/faults.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { endure } from "../support/trial.ts"
import { type Fleet, startFleet } from "../support/world.ts"

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet(2)
}, SERVER_START_TIMEOUT_MS)
afterAll(() => fleet.close())

const trials: readonly { name: FaultName; backMs?: number }[] = [
  { name: "the log server killed" },
  { name: "the log server stopped for 5 s" },
]

it.each(trials)(
  "$name",
  ({ name, ...times }) => endure(fleet, { name, ...times, fault: (saleId) => faults[name](fleet, saleId) }),
  120_000,
)
