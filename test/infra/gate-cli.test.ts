import { execFile } from "node:child_process"
import { v7 as newId } from "uuid"
import { afterAll, beforeAll, expect, test } from "vitest"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { createEventStore } from "../../src/infra/event-store.ts"
import { startTestLogServer, type TestLogServer } from "../support/log-server.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { startTestRedis, type TestRedis } from "../support/redis.ts"
import { permit, reserved, SALE_ID, scheduled } from "../support/scenario.ts"

let redis: TestRedis
let log: TestLogServer
let store: ReturnType<typeof createEventStore>
const gateKey = `seckill:{${SALE_ID}}:gate`

beforeAll(async () => {
  redis = await startTestRedis()
  log = await startTestLogServer()
  store = createEventStore({ url: log.url })
  const metadata = { correlationId: "t", causationId: "t", actor: "t", schemaVersion: 1, codeVersion: "t" }
  const events = [scheduled({ stock: 10 }), reserved(permit("u1", 2), 1)]
  const stored = events.map(({ type, data }) => ({ id: newId(), type, data, metadata }))
  await store.append(FlashSale.streamOf(SALE_ID), "no_stream", stored)
}, SERVER_START_TIMEOUT_MS)
afterAll(async () => {
  await store?.close()
  await log?.close()
  await redis?.close()
})

/** Runs the command as a user does, on the test's servers. */
function gate(args: string[], changes: Record<string, string> = {}) {
  const env = {
    PATH: process.env.PATH,
    STACK: "full",
    EVENTSTORE_URL: log.url,
    REDIS_URL: redis.url,
    MYSQL_URL: "mysql://u:p@127.0.0.1:1/d",
    KAFKA_BROKERS: "127.0.0.1:1",
    JWT_SECRET: "q7Jd0v3Zk1Xw9Lr5Tb2Nc8Hf4Gs6Pm0y",
    LOGIN_PROVIDER: "development",
    PAYMENT_PROVIDER: "simulator",
    ...changes,
  }
  return new Promise<{ code: number; text: string }>((resolve) => {
    const child = execFile(process.execPath, ["src/gate-cli.ts", ...args], { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, text: stdout + stderr }),
    )
  })
}

test("status shows an absent gate, rebuild loads it, and they agree with the log", async () => {
  const absent = await gate(["status", SALE_ID])
  expect(absent).toMatchObject({ code: 0, text: expect.stringContaining("the gate is not loaded") })
  const rebuilt = await gate(["rebuild", SALE_ID])
  expect(rebuilt).toMatchObject({ code: 0, text: expect.stringContaining("the gate and the log agree") })
  expect(rebuilt.text).toMatch(/^stock +8 /m)
  expect(rebuilt.text).toMatch(/^capacity - held - sold +- +8 +8$/m)
})

test("drift is shown, exit code 1, and a rebuild of the loaded gate puts it right under a newer epoch", async () => {
  await gate(["rebuild", SALE_ID])
  const epoch = Number(await redis.cli("HGET", gateKey, "epoch"))
  await redis.cli("HINCRBY", gateKey, "stock", 3)
  const drifted = await gate(["status", SALE_ID])
  expect(drifted.code).toBe(1)
  expect(drifted.text).toMatch(/^drift +3 /m)
  const rebuilt = await gate(["rebuild", SALE_ID])
  expect(rebuilt).toMatchObject({ code: 0, text: expect.stringMatching(/^drift +0 /m) })
  expect(Number(await redis.cli("HGET", gateKey, "epoch"))).toBeGreaterThan(epoch)
})

test("a revision that the log does not have is drift", async () => {
  await gate(["rebuild", SALE_ID])
  await redis.cli("HINCRBY", gateKey, "rev", 50)
  expect((await gate(["status", SALE_ID])).code).toBe(1)
  await gate(["rebuild", SALE_ID])
})

test("an unknown sale has no gate; in embedded the gate is in the process", async () => {
  expect(await gate(["status", newId()])).toMatchObject({ code: 2, text: expect.stringContaining("no sale") })
  const { code, text } = await gate(["status", SALE_ID], {
    ...{ STACK: "", EVENTSTORE_URL: "", REDIS_URL: "", MYSQL_URL: "", KAFKA_BROKERS: "" },
  })
  expect([code, text]).toEqual([0, expect.stringContaining("the gate lives inside the process")])
})
