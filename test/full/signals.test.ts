import { afterAll, beforeAll, expect, it } from "vitest"
import { roles } from "../../src/config.ts"
import { type Api, apiOf, buy, crowd, eventually, openSale, tally } from "../support/buyer.ts"
import { type FullProcess, type FullServers, startFullProcess, startFullServers } from "../support/full.ts"
import { metricsOf } from "../support/metrics.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"

const ROUND = 100
/** Messages of the first sale: scheduled, reserved, released. */
const FIRST = 3

let servers: FullServers
let selling: FullProcess
let api: Api
beforeAll(async () => {
  servers = await startFullServers()
  selling = await startFullProcess({ ...servers.env, ROLES: "api" })
  await selling.ready()
  api = apiOf(selling.url)
}, SERVER_START_TIMEOUT_MS)
afterAll(async () => {
  await selling?.server.kill("SIGTERM")
  await servers?.close()
})

const workers = async () => {
  const ROLES = roles.filter((role) => role !== "api").join(",")
  const started = await startFullProcess({ ...servers.env, ROLES })
  await started.ready()
  return started
}
const followers = ["read-models", "notify-users", "relay", "place-orders", "release-cups", "settle-captures"]
const lagsOf = (samples: Record<string, number>) =>
  followers.map((name) => samples[`follower_lag_seconds{follower="${name}"}`])

it("an API process tells of its sales, and how far every worker is that runs elsewhere or not at all", async () => {
  const saleId = await openSale(api, servers.token("boss", "admin"), { stock: 5, paymentWindowSeconds: 1 })
  expect((await buy(api, saleId, servers.token("ann"))).status).toBe(201)
  const sold = await eventually(
    () => metricsOf(api),
    (seen) => seen[`sale_gate_loaded{sale="${saleId}"}`] === 1,
  )
  expect(sold).toMatchObject({
    [`sale_gate_epoch{sale="${saleId}"}`]: 1,
    [`sale_permits_pending{sale="${saleId}"}`]: 0,
    [`sale_fold_lag_seconds{sale="${saleId}"}`]: 0,
    [`sale_oversold_units{sale="${saleId}"}`]: 0,
    sale_append_conflicts_total: 0,
  })
  expect(sold.sale_group_events_sum).toBeGreaterThanOrEqual(2)
  expect(Object.keys(sold).filter((name) => name.includes("ann"))).toEqual([])

  // Nobody works: what waits grows older, and this process says so.
  const waiting = await eventually(
    () => metricsOf(api),
    (seen) => (seen['follower_lag_seconds{follower="place-orders"}'] ?? 0) > 2,
  )
  for (const name of ["read-models", "relay"])
    expect(waiting[`follower_lag_seconds{follower="${name}"}`]).toBeGreaterThan(2)
  expect(waiting['timer_lag_seconds{timer="cancel-unpaid"}']).toBe(0)

  const working = await workers()
  const idle = await eventually(
    () => metricsOf(api),
    (seen) => lagsOf(seen).every((lag) => lag === 0),
  )
  expect(Object.entries(idle).filter(([name]) => name.startsWith("parked{"))).toHaveLength(4)
  expect(idle['parked{by="relay"}']).toBe(0)
  const order = await eventually(
    async () => (await api("GET", "/v1/orders", { token: servers.token("ann") })).body.items[0],
    ({ status }) => status === "cancelled",
  )
  expect(order.cancelReason).toBe("timeout")
  await working.server.kill("SIGTERM")
}, 60_000)

it("Kafka away: no buyer notices, the lag tells, and what was not passed on is passed on by itself", async () => {
  const working = await workers()
  await servers.kafka.kill()
  const saleId = await openSale(api, servers.token("boss", "admin"), { stock: ROUND })
  const bought = await crowd(2 * ROUND, 20, (n) => buy(api, saleId, servers.token(`crowd-${n}`)))
  expect(tally(bought.map(({ status }) => status))).toEqual({ 201: ROUND, 409: ROUND })
  await eventually(
    async () => (await api("GET", `/v1/flash-sales/${saleId}`)).body,
    ({ held }) => held === ROUND,
  )
  const behind = await eventually(
    () => metricsOf(api),
    (seen) => (seen['follower_lag_seconds{follower="relay"}'] ?? 0) > 1,
  )
  expect(behind['follower_lag_seconds{follower="read-models"}']).toBeLessThan(1)
  await servers.kafka.restart()
  await eventually(
    () => metricsOf(api),
    (seen) => lagsOf(seen).every((lag) => lag === 0),
    30_000,
  )
  const lines = await servers.kafka.consume("hash-coffee.flash-sales.v1", FIRST + 1 + ROUND)
  expect(lines.filter((line) => line.includes("StockReserved") && line.includes(saleId))).toHaveLength(ROUND)
  await working.server.kill("SIGTERM")
}, 90_000)

it("what cannot be read is no number, and the rest is told all the same", async () => {
  await servers.mariadb.kill()
  const blind = await eventually(
    () => metricsOf(api),
    (seen) => Number.isNaN(seen['timer_lag_seconds{timer="cancel-unpaid"}']),
  )
  expect(lagsOf(blind).every(Number.isNaN)).toBe(true)
  expect(blind['parked{by="relay"}']).toBeNaN()
  expect(Object.keys(blind).some((name) => name.startsWith("sale_gate_loaded{"))).toBe(true)
  await servers.mariadb.restart()
  await servers.redis.kill()
  const gateless = await eventually(
    () => metricsOf(api),
    (seen) => !Object.keys(seen).some((name) => name.startsWith("sale_gate_")),
  )
  expect(Object.keys(gateless).some((name) => name.startsWith("sale_oversold_units{"))).toBe(true)
  await servers.redis.restart()
  await eventually(
    () => metricsOf(api),
    (seen) =>
      Object.entries(seen).some(([name, value]) => name.startsWith("sale_gate_loaded{") && value === 1),
  )
}, 60_000)
