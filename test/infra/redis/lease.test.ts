import type { Redis } from "ioredis"
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest"
import { openRedis } from "../../../src/infra/redis/client.ts"
import { lockKey } from "../../../src/infra/redis/keys.ts"
import { redisLeases } from "../../../src/infra/redis/lease.ts"
import { eventually } from "../../support/buyer.ts"
import { SERVER_START_TIMEOUT_MS } from "../../support/process.ts"
import { startTestRedis, type TestRedis } from "../../support/redis.ts"

let server: TestRedis
let clients: Redis[]
let troubles: Error[]
beforeAll(async () => {
  server = await startTestRedis()
  clients = [1, 2].map(() => openRedis(server.url, () => {}))
  for (const client of clients)
    await eventually(
      async () => client.status,
      (status) => status === "ready",
    )
}, SERVER_START_TIMEOUT_MS)
afterAll(async () => {
  for (const client of clients) client.disconnect()
  await server.close()
})

beforeEach(async () => {
  troubles = []
  await server.cli("FLUSHALL")
})

/** The same lease, as two processes know it. */
const two = () => {
  const [first, second] = clients.map((client) =>
    redisLeases(client, (cause) => troubles.push(cause))("work"),
  )
  return { first: first!, second: second! }
}

it("is held by one, for as long as it claims it", async () => {
  const { first, second } = two()
  expect(await first.claim()).toBe("mine")
  expect(await second.claim()).toBe("taken")
  const beforeMs = Number(await server.cli("PTTL", lockKey("work")))
  await eventually(
    async () => Number(await server.cli("PTTL", lockKey("work"))),
    (leftMs) => leftMs < beforeMs,
  )
  expect(await first.claim()).toBe("mine")
  expect(await second.claim()).toBe("taken")
  expect(troubles).toEqual([])
})

it("is had at once when it is given up", async () => {
  const { first, second } = two()
  await first.claim()
  await second.release()
  expect(await second.claim()).toBe("taken")
  await first.release()
  expect(await second.claim()).toBe("mine")
  expect(await first.claim()).toBe("taken")
})

it("is had by another in time when its holder is silent, who then learns of it", async () => {
  const { first, second } = two()
  await first.claim()
  const beganMs = performance.now()
  await eventually(second.claim, (claim) => claim === "mine", 10_000)
  expect(performance.now() - beganMs).toBeLessThan(6_000)
  expect(await first.claim()).toBe("taken")
})

it("is had again after the server has forgotten it", async () => {
  const { first, second } = two()
  await first.claim()
  await server.cli("FLUSHALL")
  expect(await first.claim()).toBe("mine")
  await server.cli("FLUSHALL")
  expect(await second.claim()).toBe("mine")
  expect(await first.claim()).toBe("taken")
})

it("is nobody's to tell while the server is away", async () => {
  const { first, second } = two()
  await first.claim()
  await server.kill()
  expect([await first.claim(), await second.claim()]).toEqual(["unknown", "unknown"])
  await server.restart()
  await eventually(first.claim, (claim) => claim === "mine")
  expect(await eventually(second.claim, (claim) => claim !== "unknown")).toBe("taken")
})
