import { afterAll, beforeAll, it } from "vitest"
import { childrenOf, pause } from "../support/process.ts"
import { endure, type Trial } from "../support/trial.ts"
import { startEmbeddedWorld } from "../support/world.ts"

let world: Awaited<ReturnType<typeof startEmbeddedWorld>>
beforeAll(async () => {
  world = await startEmbeddedWorld()
})
afterAll(() => world.close())

const logPid = () => childrenOf(world.system.server().pid)[0]!

const trials: readonly Trial[] = [
  {
    name: "the embedded system killed",
    async fault() {
      await world.system.kill()
      await world.system.start()
    },
  },
  { name: "the embedded log server killed", fault: async () => process.kill(logPid(), "SIGKILL") },
  { name: "the embedded log server stopped for 5 s", fault: () => pause(logPid(), 5_000) },
]

it.each(trials)("$name", (trial) => endure(world, trial), 120_000)
