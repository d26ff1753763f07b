import { copyFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, it } from "vitest"
import { gateKeys } from "../../src/infra/redis/keys.ts"
import { pause, SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { endure, type Trial } from "../support/trial.ts"
import { type Fleet, startFleet } from "../support/world.ts"

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet(2)
}, SERVER_START_TIMEOUT_MS)
afterAll(() => fleet.close())

const redis = () => fleet.servers.redis
/** Another sale's as well: whatever Redis had kept, it comes back with it. */
const restartFromOldDump = async () => {
  const file = (name: string) => join(redis().dir, name)
  await redis().cli("SAVE")
  copyFileSync(file("dump.rdb"), file("old.rdb"))
  await new Promise((resolve) => setTimeout(resolve, 500))
  await redis().kill()
  copyFileSync(file("old.rdb"), file("dump.rdb"))
  await redis().restart()
}

const trials: readonly Trial[] = [
  { name: "Redis killed and started empty", fault: () => redis().restart() },
  { name: "FLUSHALL", fault: () => redis().cli("FLUSHALL"), backMs: 2_000 },
  ...["gate", "users", "permits"].map((key, index) => ({
    name: `the key ${key} of a sale deleted`,
    fault: (saleId: string) => redis().cli("DEL", gateKeys(saleId)[index]!),
  })),
  { name: "Redis started again from an old dump", fault: restartFromOldDump },
  { name: "Redis stopped for 5 s", fault: () => pause(redis().pid, 5_000) },
]

it.each(trials)("$name", (trial) => endure(fleet, trial), 120_000)
