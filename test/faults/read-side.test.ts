import { afterAll, beforeAll, it } from "vitest"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { endure, type Trial } from "../support/trial.ts"
import { type Fleet, startFleet } from "../support/world.ts"

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet(1)
}, SERVER_START_TIMEOUT_MS)
afterAll(() => fleet.close())

// Nobody who buys waits for either of them.
const trials: readonly Trial[] = [
  { name: "MariaDB killed", fault: () => fleet.servers.mariadb.restart(), backMs: 2_000 },
  { name: "Kafka killed", fault: () => fleet.servers.kafka.restart(), backMs: 2_000 },
]

it.each(trials)("$name", (trial) => endure(fleet, trial), 120_000)
