import { execFile } from "node:child_process"
import { randomUUID } from "node:crypto"
import { fileURLToPath } from "node:url"
import { ConfigResourceTypes, Kafka, logLevel } from "kafkajs"
import { afterAll, beforeAll, expect, test } from "vitest"
import { mysqlDialect } from "../../src/infra/mysql.ts"
import { FLASH_SALES_TOPIC } from "../../src/relay/messages.ts"
import { startTestMariaDb, type TestMariaDb } from "../support/mariadb.ts"
import { lifeOf } from "../support/order-life.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { type ReadModels, readModelsOn } from "../support/read-side.ts"
import { type RelayWorld, startRelayWorld } from "../support/relay-world.ts"
import { terms } from "../support/scenario.ts"

let mariadb: TestMariaDb
let models: ReadModels
let world: RelayWorld
beforeAll(async () => {
  mariadb = await startTestMariaDb()
  models = await readModelsOn(mysqlDialect(mariadb.url))
  world = await startRelayWorld({ models })
}, SERVER_START_TIMEOUT_MS)
afterAll(async () => {
  await world?.close()
  await models?.close()
  await mariadb?.close()
})

/** `npm run relay -- ...`, as a person would. */
function relayCommand(...args: readonly string[]): Promise<{ code: number; output: string }> {
  const env = {
    ...process.env,
    STACK: "full",
    EVENTSTORE_URL: world.logUrl,
    MYSQL_URL: mariadb.url,
    KAFKA_BROKERS: world.kafka.brokers,
  }
  const program = fileURLToPath(new URL("../../src/relay.ts", import.meta.url))
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    )
  })
}

async function limitMessages(bytes: number): Promise<void> {
  const admin = new Kafka({ brokers: [world.kafka.brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: FLASH_SALES_TOPIC, numPartitions: 1 }] })
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: ConfigResourceTypes.TOPIC,
        name: FLASH_SALES_TOPIC,
        configEntries: [{ name: "max.message.bytes", value: String(bytes) }],
      },
    ],
  })
  await admin.disconnect()
}

const announced = (title: string) => {
  const saleId = randomUUID()
  const data = { ...terms, title, saleId, at: new Date(0).toISOString() }
  return { stream: `flashSale-${saleId}`, event: { type: "FlashSaleScheduled", data } }
}

test("parks what Kafka refuses and what it cannot read, passes the rest on, and a command tries again", async () => {
  await limitMessages(1_200)
  const relay = world.relay()
  const saleId = randomUUID()
  const last = await world.write(
    announced("small"),
    announced("昼".repeat(200)),
    { stream: `flashSale-${saleId}`, event: { type: "FlashSaleFromTheFuture", data: {} } },
    lifeOf(saleId, 1, "ann").reserved(),
  )
  expect(await world.relayed(last)).toBe(true)
  const titles = async (count: number) =>
    new Set((await world.messages(FLASH_SALES_TOPIC, count)).map(({ body }) => body.data.title))
  expect(await titles(2)).toEqual(new Set(["small", undefined]))

  const listed = await relayCommand("parked")
  expect(listed.output).toMatch(/by relay at .* position \d+: .*larger than the max/)
  expect(listed.output).toMatch(/unknown event type FlashSaleFromTheFuture/)
  const [large, unknown] = await world.db
    .selectFrom("parked_messages")
    .select(["id", "reason"])
    .orderBy("position")
    .execute()
  expect(large!.reason).toMatch(/larger/)

  expect(await relayCommand("retry", large!.id)).toMatchObject({ code: 1 })
  await limitMessages(1_000_000)
  const retried = await relayCommand("retry")
  expect(retried.output).toContain(`${large!.id}: passed on`)
  expect(retried.output).toMatch(new RegExp(`${unknown!.id}: stays parked: .*unknown event type`))
  expect(retried.code).toBe(1)
  expect(await titles(3)).toContain("昼".repeat(200))

  expect(await relayCommand("skip", unknown!.id)).toMatchObject({ code: 0 })
  expect(await relayCommand("skip", unknown!.id)).toMatchObject({ code: 1 })
  expect(await relayCommand("parked")).toEqual({ code: 0, output: "nothing is parked\n" })
  expect(await relayCommand("retry")).toEqual({ code: 0, output: "" })
  expect((await world.metrics.getSingleMetric("relay_parked_total")!.get()).values[0]!.value).toBe(2)
  await relay.stop()
}, 90_000)

test("replay sends everything again, under the same event ids, also while the relay runs", async () => {
  const relay = world.relay()
  expect(await world.relayed(await world.write(announced("before")))).toBe(true)
  expect(await relayCommand("replay")).toMatchObject({ code: 0 })
  expect(await world.relayed(await world.write(announced("after")))).toBe(true)
  await relay.stop()
  const seen = await world.messages(FLASH_SALES_TOPIC, 8)
  const small = seen.filter(({ body }) => body.data.title === "small")
  expect(small.length).toBeGreaterThan(1)
  expect(new Set(small.map(({ body }) => body.eventId)).size).toBe(1)
})

test("refuses to run without what it needs, naming it", async () => {
  const program = fileURLToPath(new URL("../../src/relay.ts", import.meta.url))
  const { stderr, code } = await new Promise<{ stderr: string; code: unknown }>((resolve) => {
    const env = { PATH: process.env.PATH, STACK: "full" }
    execFile(process.execPath, [program, "parked"], { env }, (error, _, stderr) =>
      resolve({ stderr, code: error?.code }),
    )
  })
  expect(stderr).toMatch(/EVENTSTORE_URL: .*\n.*MYSQL_URL: .*\n.*KAFKA_BROKERS: /)
  expect(code).toBe(1)
})
