import { Kysely, sql } from "kysely"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { mysqlDialect } from "../../../src/infra/mysql.ts"
import type { Database, Db } from "../../../src/projections/database.ts"
import { migrate } from "../../../src/projections/migrate.ts"
import { startTestMariaDb, type TestMariaDb } from "../../support/mariadb.ts"
import { SERVER_START_TIMEOUT_MS } from "../../support/process.ts"

let server: TestMariaDb
let db: Db
beforeAll(async () => {
  server = await startTestMariaDb()
  db = new Kysely<Database>({ dialect: mysqlDialect(server.url) })
  await migrate(db)
}, SERVER_START_TIMEOUT_MS)
afterAll(async () => {
  await db?.destroy()
  await server?.close()
})

const dish = (id: string, name: string, price_fen = 1) => ({
  ...{ id, name, price_fen, description: null, on_sale: 1, created_at_ms: 0 },
})

describe("MySQL by our dialect", () => {
  test("keeps every character, and tells ids apart by their case, whatever the database's default", async () => {
    await db
      .insertInto("dishes")
      .values([dish("a", "拿铁 ☕️ 😀"), dish("A", "Latté")])
      .execute()
    const rows = await db.selectFrom("dishes").select(["id", "name"]).orderBy("id").execute()
    expect(rows).toEqual([
      { id: "A", name: "Latté" },
      { id: "a", name: "拿铁 ☕️ 😀" },
    ])
  })

  test("reads integers as numbers while they are exact", async () => {
    await db
      .insertInto("dishes")
      .values(dish("big", "x", Number.MAX_SAFE_INTEGER))
      .execute()
    const row = await db.selectFrom("dishes").select("price_fen").where("id", "=", "big").executeTakeFirst()
    expect(row).toEqual({ price_fen: Number.MAX_SAFE_INTEGER })
    const { rows } =
      await sql`select cast(9007199254740993 as signed) as beyond, count(*) as n from orders`.execute(db)
    expect(rows).toEqual([{ beyond: "9007199254740993", n: 0 }])
  })

  test("reads and writes instants in UTC, wherever the process runs", async () => {
    const zone = process.env.TZ
    process.env.TZ = "Asia/Shanghai"
    try {
      const at = new Date("2026-01-01T00:00:00Z")
      const { rows } = await sql`
        select timestamp'2026-01-01 00:00:00' as told, cast(${at} as char) as kept
      `.execute(db)
      expect(rows).toEqual([{ told: at, kept: "2026-01-01 00:00:00.000" }])
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })

  test("makes its tables of UTF-8 compared byte by byte", async () => {
    const made = await server.sql(
      "select distinct engine, table_collation from information_schema.tables where table_schema = 'hash_coffee' and table_name not like 'kysely%'",
    )
    expect(made).toEqual([{ engine: "InnoDB", table_collation: "utf8mb4_bin" }])
  })

  test("is migrated once, however often and by however many", async () => {
    await Promise.all([migrate(db), migrate(db), migrate(db)])
    const { rows } = await sql<{ n: number }>`select count(*) as n from kysely_migration`.execute(db)
    expect(rows[0]?.n).toBeGreaterThan(0)
  })

  test.each(["0001-checkpoints", "0011-orders-cancel-reason", "0013-orders-due"])(
    "a migration that a crash left done but not noted down is no obstacle: %s",
    async (name) => {
      await sql`delete from kysely_migration where name >= ${name}`.execute(db)
      await migrate(db)
      const { rows } = await sql`select name from kysely_migration where name = ${name}`.execute(db)
      expect(rows).toEqual([{ name }])
    },
  )

  test("needs rights inside its own database only", async () => {
    const grants = await server.sql("show grants for hash_coffee@'127.0.0.1'")
    const text = grants.map((row) => Object.values(row)[0]).join("\n")
    expect(text).toContain("GRANT ALL PRIVILEGES ON `hash_coffee`.*")
    expect(text.match(/GRANT/g)).toHaveLength(2)
    expect(text).toContain("GRANT USAGE ON *.*")
  })
})
