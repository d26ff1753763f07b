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
  { name: "an API process killed" },
  { name: "an API process stopped for 5 s" },
  { name: "the workers killed" },
  { name: "every process killed at once" },
]

it.each(trials)(
  "$name",
  ({ name, ...times }) => endure(fleet, { name, ...times, fault: (saleId) => faults[name](fleet, saleId) }),
  120_000,
)
