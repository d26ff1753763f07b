import type { EventStore } from "../../src/commands/ports/event-store.ts"
import type { Gate } from "../../src/commands/ports/gate.ts"
import { defaultSaleTimes } from "../../src/commands/sale/deps.ts"
import type { Identity } from "../../src/http/auth.ts"
import { createEventStore } from "../../src/infra/event-store.ts"
import { openRedis } from "../../src/infra/redis/client.ts"
import { createRedisGate } from "../../src/infra/redis/redis-gate.ts"
import { type Api, apiOf } from "./buyer.ts"
import { type FullProcess, type FullServers, startFullProcess, startFullServers } from "./full.ts"
import { type System, startSystem } from "./system.ts"

/** A running system of either profile: what its users see, and the log and gate behind it to compare with. */
export interface World {
  /** One of each API process. */
  readonly apis: readonly Api[]
  token(userId: string, role?: Identity["role"]): string
  readonly store: EventStore
  /** Null where it lives inside the API's process. */
  readonly gate: Gate | null
  close(): Promise<void>
}

/** The full profile as a company runs it: some processes serve the API, another one does the work behind it. */
export interface Fleet extends World {
  readonly servers: FullServers
  readonly processes: readonly FullProcess[]
  readonly workers: FullProcess
  readonly gate: Gate
}

const SOCKETS = 300

/** Real servers, and `count` API processes on them. */
export async function startFleet(count: number): Promise<Fleet> {
  const servers = await startFullServers()
  const workers = await startFullProcess({
    ...servers.env,
    ROLES: "projector,reactor,relay,consumer,timer",
  })
  const processes = await Promise.all(
    Array.from({ length: count }, () => startFullProcess({ ...servers.env, ROLES: "api" })),
  )
  await Promise.all([...processes, workers].map((each) => each.ready()))
  const store = createEventStore({ url: servers.log.url })
  const gate = createRedisGate({ redis: openRedis(servers.redis.url, () => {}), times: defaultSaleTimes })
  return {
    servers,
    processes,
    workers,
    apis: processes.map(({ url }) => apiOf(url, SOCKETS)),
    token: servers.token,
    store,
    gate,
    async close() {
      await Promise.all([...processes, workers].map(({ server }) => server.kill("SIGTERM")))
      await gate.close()
      await store.close()
      await servers.close()
    },
  }
}

/** The embedded profile: one process with the gate inside, and the log in a child of it. */
export async function startEmbeddedWorld(): Promise<World & { readonly system: System }> {
  const system = await startSystem()
  const store = createEventStore({ url: `esdb://127.0.0.1:${system.eventStorePort}?tls=false` })
  return {
    system,
    apis: [apiOf(system.url, SOCKETS)],
    token: system.token,
    store,
    gate: null,
    async close() {
      await store.close()
      await system.close()
    },
  }
}
