import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { roles } from "../../src/config.ts"
import { apiOf, buy, eventually, openSale } from "../support/buyer.ts"
import { selfSigned } from "../support/certificate.ts"
import { type FullServers, startFullProcess, startFullServers } from "../support/full.ts"
import { freePort, SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { startTestRedis } from "../support/redis.ts"

const READY_MAX_MS = 8_000

let servers: FullServers
beforeAll(async () => {
  servers = await startFullServers()
}, SERVER_START_TIMEOUT_MS)
afterAll(() => servers.close())

/** Runs `npm run migrate`'s program to its end. */
const migrate = (env: Record<string, string>) =>
  promisify(execFile)(process.execPath, ["src/migrate.ts"], { env: { PATH: process.env.PATH, ...env } })

describe("the tables", () => {
  it("are made by migrating alone, which needs the database's URL only, three at once", async () => {
    const { MYSQL_URL } = servers.env as { MYSQL_URL: string }
    await Promise.all([1, 2, 3].map(() => migrate({ STACK: "full", MYSQL_URL })))
    const [row] = await servers.mariadb.sql(
      "select count(*) as made from information_schema.tables where table_schema = 'hash_coffee' and table_name in ('orders', 'payments', 'notifications')",
    )
    expect(row?.made).toBe(3)
  })

  it("are waited for while the database is still starting", async () => {
    const { MYSQL_URL } = servers.env as { MYSQL_URL: string }
    await servers.mariadb.kill()
    const migrating = promisify(execFile)(process.execPath, ["src/migrate.ts"], {
      env: { PATH: process.env.PATH, STACK: "full", MYSQL_URL },
    })
    const waits = Promise.withResolvers<void>()
    migrating.child.stderr?.on(
      "data",
      (text) => String(text).includes("waiting for MySQL") && waits.resolve(),
    )
    await Promise.race([waits.promise, migrating])
    await servers.mariadb.restart()
    const { stdout, stderr } = await migrating
    expect(stderr).toMatch(/^waiting for MySQL: .*\n(.*\n)*MySQL is there\n$/)
    expect(stdout).toBe("the read models' tables are as this version expects them\n")
  })

  it("are made once by processes that start at once, each ready in time", async () => {
    await servers.mariadb.sql("drop database hash_coffee")
    await servers.mariadb.sql("create database hash_coffee")
    const beganMs = performance.now()
    const processes = await Promise.all([1, 2, 3].map(() => startFullProcess(servers.env)))
    await Promise.all(processes.map((each) => each.ready()))
    expect(performance.now() - beganMs).toBeLessThan(2 * READY_MAX_MS)
    const stops = await Promise.all(processes.map(({ server }) => server.kill("SIGTERM")))
    expect(stops).toHaveLength(3)
  })
})

it("waits for servers that are still starting, says which, and then sells", async () => {
  await Promise.all([servers.redis.kill(), servers.mariadb.kill(), servers.log.kill()])
  const { url, server, ready } = await startFullProcess(servers.env)
  for (const name of ["Redis", "MySQL", "the event log"])
    await server.printed(`waiting for ${name} at 127.0.0.1:`, 10_000)
  const api = apiOf(url)
  const { status, body } = await api("GET", "/readyz")
  expect([status, body.code]).toEqual([503, "unavailable"])
  expect(body.detail).toMatch(
    /waiting for the event log at .+; waiting for Redis at .+; waiting for MySQL at /,
  )
  expect((await api("GET", "/livez")).status).toBe(200)
  expect((await api("GET", "/v1/flash-sales")).status).toBe(503)
  await Promise.all([servers.redis.restart(), servers.mariadb.restart(), servers.log.restart()])
  await ready()
  const saleId = await openSale(api, servers.token("boss", "admin"))
  expect((await buy(api, saleId, servers.token("ann"))).status).toBe(201)
  await server.kill("SIGTERM")
})

it("ends on a signal while it waits", async () => {
  const { server } = await startFullProcess({ ...servers.env, REDIS_URL: "redis://127.0.0.1:9" })
  await server.printed("waiting for Redis at 127.0.0.1:9", 10_000)
  const beganMs = performance.now()
  await server.kill("SIGTERM")
  expect(performance.now() - beganMs).toBeLessThan(5_000)
})

it("refuses a Redis that may evict a gate, and says what to set", async () => {
  await servers.redis.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
  const { server } = await startFullProcess(servers.env)
  await server.printed(
    "has maxmemory-policy allkeys-lru and may throw a sale's gate away; set it to noeviction",
    10_000,
  )
  await server.exited
  await servers.redis.cli("CONFIG", "SET", "maxmemory-policy", "noeviction")
})

it("refuses a Redis user that may not run what the scripts need", async () => {
  await servers.redis.cli("ACL", "SETUSER", "poor", "on", ">beans", "~*", "+@all", "-info")
  const REDIS_URL = servers.redis.url.replace("//", "//poor:beans@")
  const { server } = await startFullProcess({ ...servers.env, REDIS_URL })
  await server.printed("does not let this user call EVAL and INFO", 10_000)
  await server.exited
})

it("speaks TLS to Redis and has a password, by URL", async () => {
  const { keyFile, certFile, remove } = await selfSigned()
  const tlsPort = await freePort()
  const tls = [
    "--tls-port",
    `${tlsPort}`,
    "--tls-cert-file",
    certFile,
    "--tls-key-file",
    keyFile,
    "--tls-auth-clients",
    "no",
  ]
  const redis = await startTestRedis({ args: [...tls, "--requirepass", "beans and milk"] })
  const REDIS_URL = `rediss://:${encodeURIComponent("beans and milk")}@127.0.0.1:${tlsPort}`
  const env = { ...servers.env, REDIS_URL, NODE_EXTRA_CA_CERTS: certFile }
  const { url, server, ready } = await startFullProcess(env)
  await ready()
  const saleId = await openSale(apiOf(url), servers.token("boss", "admin"))
  expect((await buy(apiOf(url), saleId, servers.token("ann"))).status).toBe(201)
  await server.kill("SIGTERM")
  await redis.close()
  remove()
})

it("every role alone has a process that tells its health and its numbers; only the API's has an API", async () => {
  const processes = await Promise.all(roles.map((ROLES) => startFullProcess({ ...servers.env, ROLES })))
  await Promise.all(processes.map((each) => each.ready()))
  for (const [n, { url }] of processes.entries()) {
    const api = apiOf(url)
    for (const path of ["/livez", "/readyz", "/metrics"]) expect((await api("GET", path)).status).toBe(200)
    expect((await api("GET", "/v1/flash-sales")).status).toBe(roles[n] === "api" ? 200 : 404)
  }
  await Promise.all(processes.map(({ server }) => server.kill("SIGTERM")))
})

it("an API alone, all workers stopped, creates a sale and sells", async () => {
  const { url, server, ready } = await startFullProcess({ ...servers.env, ROLES: "api" })
  await ready()
  const api = apiOf(url)
  const saleId = await openSale(api, servers.token("boss", "admin"), { stock: 1 })
  expect((await buy(api, saleId, servers.token("ann"))).status).toBe(201)
  expect((await buy(api, saleId, servers.token("bob"))).body.code).toBe("sold_out")
  const { server: worker, ...projecting } = await startFullProcess({ ...servers.env, ROLES: "projector" })
  await projecting.ready()
  await eventually(
    async () => (await api("GET", `/v1/flash-sales/${saleId}`)).body,
    ({ held }) => held === 1,
  )
  await Promise.all([server.kill("SIGTERM"), worker.kill("SIGTERM")])
})
