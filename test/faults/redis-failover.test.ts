import { afterAll, beforeAll, expect, it } from "vitest"
import { createEventStore } from "../../src/infra/event-store.ts"
import { apiOf, buy, crowd, eventually, openSale, tally } from "../support/buyer.ts"
import { type FullProcess, type FullServers, startFullProcess, startFullServers } from "../support/full.ts"
import { proveSale } from "../support/log-proof.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { startTestRedis, type TestRedis } from "../support/redis.ts"
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts"

const BACK_MS = 2_000

let servers: FullServers
let replica: TestRedis
let address: TcpProxy
let processes: FullProcess[]

beforeAll(async () => {
  servers = await startFullServers()
  replica = await startTestRedis({ args: ["--replicaof", "127.0.0.1", String(servers.redis.port)] })
  address = await startTcpProxy(servers.redis.port)
  const env = { ...servers.env, REDIS_URL: `redis://127.0.0.1:${address.port}` }
  processes = await Promise.all([startFullProcess(env), startFullProcess({ ...env, ROLES: "api" })])
  await Promise.all(processes.map((each) => each.ready()))
}, SERVER_START_TIMEOUT_MS)
afterAll(async () => {
  await Promise.all(processes.map(({ server }) => server.kill("SIGTERM")))
  await address.close()
  await Promise.all([replica.close(), servers.close()])
})

it("a failover to a replica that is behind is a loss of the gate: sold again by itself within 2 s, nothing twice", async () => {
  const apis = processes.map(({ url }) => apiOf(url))
  const saleId = await openSale(apis[0]!, servers.token("boss", "admin"), { stock: 60 })
  const sell = (name: string, count: number) =>
    crowd(count, 10, (n) => buy(apis[n % 2]!, saleId, servers.token(`${name}-${n}`)))
  const replicated = await sell("replicated", 20)
  await eventually(
    async () => String(await replica.cli("INFO", "replication")),
    (info) => info.includes("master_link_status:up"),
  )
  // Promoted by hand, and no longer told of what the old master still does.
  await replica.cli("REPLICAOF", "NO", "ONE")
  await sell("lost", 20)
  address.switchTo(replica.port)
  await servers.redis.kill()
  const switchedMs = performance.now()

  const first = await buy(apis[1]!, saleId, servers.token("first"))
  expect(first.status).toBe(201)
  expect(performance.now() - switchedMs).toBeLessThan(BACK_MS)
  const again = await buy(apis[0]!, saleId, servers.token("replicated-0"), { key: replicated[0]!.key })
  expect(again.body.id).toBe(replicated[0]!.body.id)
  const rest = await sell("rest", 60)
  expect(tally(rest.map(({ status }) => status))).toEqual({ 201: 19, 409: 41 })
  const store = createEventStore({ url: servers.log.url })
  expect((await proveSale(store, saleId)).sale.taken).toBe(60)
  await store.close()
})
