import { afterAll } from "vitest"
import { walk } from "../e2e/walk/walk.ts"
import { apiOf } from "../support/buyer.ts"
import { type FullProcess, type FullServers, startFullProcess, startFullServers } from "../support/full.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"

let servers: FullServers
let processes: FullProcess[]

// Every role in a process of its own; the API is asked.
walk(async () => {
  servers = await startFullServers()
  const roles = ["api", "projector,consumer", "reactor,timer,relay"]
  processes = await Promise.all(roles.map((ROLES) => startFullProcess({ ...servers.env, ROLES })))
  await Promise.all(processes.map((each) => each.ready()))
  return { api: apiOf(processes[0]!.url), token: servers.token }
}, SERVER_START_TIMEOUT_MS)
afterAll(async () => {
  await Promise.all(processes.map(({ server }) => server.kill("SIGTERM")))
  await servers.close()
})
