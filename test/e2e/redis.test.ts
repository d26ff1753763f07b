import { copyFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { gateKeys } from "../../src/infra/redis/keys.ts"
import { type Api, apiOf, buy, crowd, openSale, tally } from "../support/buyer.ts"
import { proveSale } from "../support/log-proof.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { type RealApps, startRealApps } from "../support/real-apps.ts"

let apps: RealApps
let apis: Api[]
const admin = () => apps.token("boss", "admin")

beforeAll(async () => {
  apps = await startRealApps(2)
  apis = apps.urls.map((url) => apiOf(url, 100))
}, SERVER_START_TIMEOUT_MS)
afterAll(() => apps.close())

describe("two API servers on one Redis and one log", () => {
  it("sell exactly 100 cups to 5,000 buyers, contending for one stream", async () => {
    const saleId = await openSale(apis[0]!, admin(), { stock: 100 })
    const answers = await crowd(5_000, 200, (n) => buy(apis[n % 2]!, saleId, apps.token(`u${n}`)))
    expect(tally(answers.map(({ status, body }) => `${status} ${body.code ?? ""}`))).toEqual({
      "201 ": 100,
      "409 sold_out": 4_900,
    })
    const { orderIds } = await proveSale(apps.store, saleId)
    const told = answers.filter(({ status }) => status === 201).map(({ body }) => body.id)
    expect(orderIds.toSorted()).toEqual(told.toSorted())
  })

  it("make one order of one request, whichever of them hears it", async () => {
    const saleId = await openSale(apis[0]!, admin(), { perUserLimit: 5 })
    const answers = await crowd(50, 50, (n) => buy(apis[n % 2]!, saleId, apps.token("dup"), { key: "one" }))
    expect(tally(answers.map(({ status }) => status))).toEqual({ 201: 50 })
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  })

  it("contend over 600 orders without losing or repeating one", async () => {
    const saleId = await openSale(apis[0]!, admin(), { stock: 10_000 })
    const answers = await crowd(600, 100, (n) => buy(apis[n % 2]!, saleId, apps.token(`u${n}`)))
    const { orderIds } = await proveSale(apps.store, saleId)
    expect(orderIds.toSorted()).toEqual(answers.map(({ body }) => body.id).toSorted())
  })
})

describe("a loss of Redis during a sale", () => {
  const losses: readonly [string, (saleId: string) => Promise<unknown>][] = [
    ["FLUSHALL", () => apps.redis.cli("FLUSHALL")],
    ...[0, 1, 2].map((index): [string, (saleId: string) => Promise<unknown>] => [
      `key ${index} deleted`,
      (saleId) => apps.redis.cli("DEL", gateKeys(saleId)[index]!),
    ]),
    ["a restart from an old dump", restartFromOldDump],
  ]

  it.each(losses)("%s: sells again by itself within 2 s, and nothing twice", async (_, lose) => {
    const saleId = await openSale(apis[0]!, admin(), { stock: 40 })
    await apps.redis.cli("SAVE")
    copyFileSync(join(apps.redis.dir, "dump.rdb"), join(apps.redis.dir, "old.rdb"))
    const before = await crowd(20, 10, (n) => buy(apis[n % 2]!, saleId, apps.token(`before-${n}`)))
    await lose(saleId)
    const lostAtMs = performance.now()
    const first = await buy(apis[0]!, saleId, apps.token("first"))
    expect(first.status).toBe(201)
    expect(performance.now() - lostAtMs).toBeLessThan(2_000)
    const again = await buy(apis[1]!, saleId, apps.token("before-0"), { key: before[0]!.key })
    expect({ ...again.body, position: "" }).toEqual({ ...before[0]!.body, position: "" })
    const rest = await crowd(60, 20, (n) => buy(apis[n % 2]!, saleId, apps.token(`after-${n}`)))
    expect(tally(rest.map(({ status }) => status))).toEqual({ 201: 19, 409: 41 })
    expect((await proveSale(apps.store, saleId)).sale.taken).toBe(40)
  })

  async function restartFromOldDump(): Promise<void> {
    await apps.redis.kill()
    copyFileSync(join(apps.redis.dir, "old.rdb"), join(apps.redis.dir, "dump.rdb"))
    await apps.redis.restart()
  }
})
