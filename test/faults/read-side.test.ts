import { afterAll, beforeAll, it } from "vitest"
import { type FaultName, faults } from "../support/faults.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { endure } from "../support/trial.ts"
import { type Fleet, startFleet } from "../support/world.ts"

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet(1)
}, SERVER_START_TIMEOUT_MS)
afterAll(() => fleet.close())

// Nobody who buys waits for either of them.
const trials: readonly { name: FaultName; backMs?: number }[] = [
  { name: "MariaDB killed", backMs: 2_000 },
  { name: "Kafka killed", backMs: 2_000 },
]

it.each(trials)(
  "$name",
  ({ name, ...times }) => endure(fleet, { name, ...times, fault: (saleId) => faults[name](fleet, saleId) }),
  120_000,
)
