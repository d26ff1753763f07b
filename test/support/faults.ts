import { copyFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { gateKeys } from "../../src/infra/redis/keys.ts"
import { pause } from "./process.ts"
import type { Fleet } from "./world.ts"

/** Does harm to a fleet that sells, and undoes it; the time of the return begins when it resolves. */
export type Fault = (fleet: Fleet, saleId: string) => Promise<unknown>

/** A client gives an append up after 2 s: its outcome is unknown then, and it may be written all the same. */
const PAUSE_MS = 5_000

const all = ({ processes, workers }: Fleet) => [...processes, workers]
const deleted =
  (index: number): Fault =>
  ({ servers }, saleId) =>
    servers.redis.cli("DEL", gateKeys(saleId)[index]!)

export const faults = {
  "an API process killed": ({ processes }) => processes[0]!.restart(),
  "an API process stopped for 5 s": ({ processes }) => pause(processes[0]!.server.pid, PAUSE_MS),
  "the workers killed": ({ workers }) => workers.restart(),
  "every process killed at once": (fleet) => Promise.all(all(fleet).map((each) => each.restart())),
  "Redis killed and started empty": ({ servers }) => servers.redis.restart(),
  FLUSHALL: ({ servers }) => servers.redis.cli("FLUSHALL"),
  "the gate's numbers deleted": deleted(0),
  "the gate's users deleted": deleted(1),
  "the gate's permits deleted": deleted(2),
  "Redis started again from an old dump": async ({ servers: { redis } }) => {
    const file = (name: string) => join(redis.dir, name)
    await redis.cli("SAVE")
    copyFileSync(file("dump.rdb"), file("old.rdb"))
    // What is sold meanwhile, the dump does not know.
    await sleep(500)
    await redis.kill()
    copyFileSync(file("old.rdb"), file("dump.rdb"))
    await redis.restart()
  },
  "Redis stopped for 5 s": ({ servers }) => pause(servers.redis.pid, PAUSE_MS),
  "the log server killed": ({ servers }) => servers.log.restart(),
  "the log server stopped for 5 s": ({ servers }) => pause(servers.log.pid, PAUSE_MS),
  "MariaDB killed": ({ servers }) => servers.mariadb.restart(),
  "Kafka killed": ({ servers }) => servers.kafka.restart(),
} satisfies Record<string, Fault>

export type FaultName = keyof typeof faults
