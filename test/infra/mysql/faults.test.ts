import { type Dialect, Kysely, sql } from "kysely"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { DatabaseUnavailable } from "../../../src/commands/ports/database.ts"
import * as FlashSale from "../../../src/domain/flash-sale.ts"
import { mysqlDialect } from "../../../src/infra/mysql.ts"
import { systemClock } from "../../../src/infra/system-clock.ts"
import type { Database, Db } from "../../../src/projections/database.ts"
import type { Follower } from "../../../src/projections/follower.ts"
import { orderQueries } from "../../../src/projections/routes/orders.ts"
import { ask } from "../../support/ask.ts"
import { as, buildTestEdge, type TestEdge } from "../../support/http.ts"
import { startTestMariaDb, type TestMariaDb } from "../../support/mariadb.ts"
import { SERVER_START_TIMEOUT_MS, stop } from "../../support/process.ts"
import { type ReadModels, readModelsOn, record, startReadSide } from "../../support/read-side.ts"
import { permit, reserved, SALE_ID, scheduled } from "../../support/scenario.ts"

const stream = FlashSale.streamOf(SALE_ID)
/** Several transactions of the projector. */
const ORDERS = 20_000
let server: TestMariaDb
let models: ReadModels
let side: Awaited<ReturnType<typeof startReadSide>>
let edge: TestEdge
let projector: Follower | null = null

beforeAll(async () => {
  server = await startTestMariaDb()
  models = await readModelsOn(mysqlDialect(server.url))
}, SERVER_START_TIMEOUT_MS)
beforeEach(async () => {
  await models.wipe()
  side = await startReadSide({ models })
  const { db, watch, log } = side
  edge = await buildTestEdge([orderQueries({ db, watch, clock: systemClock, endPosition: log.endPosition })])
})
afterEach(async () => {
  await projector?.stop()
  await edge.app.close()
})
afterAll(async () => {
  await models?.close()
  await server?.close()
})

const orders = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => reserved(permit(`u${from + at}`), from + at))
const sell = async () => {
  await record(side.log, stream, scheduled())
  for (let from = 1; from <= ORDERS; from += 1_000) await record(side.log, stream, ...orders(from, 1_000))
}
const counts = async () => {
  const { rows } = await sql<{ orders: number; held: number }>`
    select (select count(*) from orders) as orders, (select held from flash_sales) as held
  `.execute(models.db)
  return rows[0]
}
const inMidst = () => expect.poll(async () => (await counts())?.orders, { interval: 5 }).toBeGreaterThan(200)
const caughtUp = async () => side.watch.waitFor(await side.log.endPosition(), 30_000)
const open = (dialect: Dialect): Db => new Kysely<Database>({ dialect })

describe("the projector on MariaDB", () => {
  test("applies each event once, though its connections are killed again and again", async () => {
    await sell()
    projector = side.project()
    for (let kills = 0; kills < 3; ) {
      const sessions = await server.sql(
        "select id from information_schema.processlist where user = 'hash_coffee' and time_ms < 1000",
      )
      for (const { id } of sessions) await server.sql(`kill ${id}`).catch(() => {})
      if (side.failures.length > kills) kills = side.failures.length
    }
    expect(await caughtUp()).toBe(true)
    expect(await counts()).toEqual({ orders: ORDERS, held: ORDERS })
    expect(side.failures.every((cause) => cause instanceof DatabaseUnavailable)).toBe(true)
  })

  test("goes on after the server was killed, and says meanwhile that it is away", async () => {
    await sell()
    projector = side.project()
    await inMidst()
    await server.kill()
    await expect(counts()).rejects.toThrow(DatabaseUnavailable)
    const answer = await ask(edge.app, { url: "/v1/orders", headers: as("ann") })
    expect([answer.status, answer.body.code]).toEqual([503, "unavailable"])
    await expect.poll(() => side.failures.length).toBeGreaterThan(1)
    await server.restart()
    expect(await caughtUp()).toBe(true)
    expect(await counts()).toEqual({ orders: ORDERS, held: ORDERS })
    expect(side.failures.every((cause) => cause instanceof DatabaseUnavailable)).toBe(true)
  })

  test("a deadlock takes the batch back whole, and it is tried again", async () => {
    const before = await record(side.log, stream, scheduled())
    projector = side.project()
    await side.watch.waitFor(before, 5_000)
    const other = open(mysqlDialect(server.url))
    await other.transaction().execute(async (tx) => {
      // It has written more than the batch, so that the batch is the one which must give way.
      const row = { name: "x", description: null, price_fen: 1, on_sale: 1, created_at_ms: 0 }
      const dishes = Array.from({ length: 500 }, (_, n) => ({ ...row, id: `dish-${n}` }))
      await tx.insertInto("dishes").values(dishes).execute()
      await sql`update checkpoints set position = position`.execute(tx)
      await record(side.log, stream, ...orders(1, 50))
      // The server looks again only when nobody has asked for a tenth of a second.
      const waiting = () => server.sql("select 1 from information_schema.innodb_lock_waits")
      await expect.poll(waiting, { interval: 200, timeout: 10_000 }).not.toEqual([])
      await sql`update flash_sales set title = title`.execute(tx)
    })
    await other.destroy()
    expect(await caughtUp()).toBe(true)
    expect(await counts()).toEqual({ orders: 50, held: 50 })
    expect(side.failures.map((cause) => (cause as { code?: string }).code)).toEqual(["ER_LOCK_DEADLOCK"])
  })
})

test("a server that does not answer is given up in time, and nothing is mixed up once it does", async () => {
  const db = open(mysqlDialect(server.url, { queryTimeoutMs: 300 }))
  const ask = (n: number) => sql<{ n: number }>`select ${n} as n`.execute(db)
  await Promise.all([ask(1), ask(2), ask(3)])
  const goOn = await stop(server.pid)
  try {
    for (const n of [4, 5]) await expect(ask(n)).rejects.toThrow(DatabaseUnavailable)
  } finally {
    goOn()
  }
  const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => ask(100 + n)))
  expect(answers.map(({ rows }) => rows[0]?.n)).toEqual(Array.from({ length: 30 }, (_, n) => 100 + n))
  await db.destroy()
})
