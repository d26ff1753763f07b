import { randomUUID } from "node:crypto"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { EventStore } from "../../src/commands/ports/event-store.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { createEventStore } from "../../src/infra/event-store.ts"
import { readCheckpoint } from "../../src/projections/checkpoint.ts"
import { READ_MODELS } from "../../src/projections/projector.ts"
import { startTestLogServer } from "../support/log-server.ts"
import { record, startReadSide } from "../support/read-side.ts"
import { permit, reserved, SALE_ID, scheduled } from "../support/scenario.ts"

let server: Awaited<ReturnType<typeof startTestLogServer>>
let store: EventStore
let side: Awaited<ReturnType<typeof startReadSide>>
beforeAll(async () => {
  server = await startTestLogServer()
  store = createEventStore({ url: server.url })
  side = await startReadSide()
})
afterAll(async () => {
  await store.close()
  await side.close()
  await server.close()
})

test("follows the log itself, passes what is of no interest, and goes on after a restart", async () => {
  const stream = FlashSale.streamOf(SALE_ID)
  const passed = (position: bigint) => side.watch.waitFor(position, 3_000)
  const held = async () => (await side.db.selectFrom("flash_sales").select("held").executeTakeFirst())?.held

  const first = side.project({ store })
  const sold = await record(store, stream, scheduled(), reserved(permit("ann", 2), 1))
  expect(await passed(sold)).toBe(true)
  expect(await held()).toBe(2)

  const elsewhere = await record(store, `other-${randomUUID()}`, { type: "Happened", data: {} })
  expect(await passed(elsewhere)).toBe(true)
  expect(await passed(await store.endPosition())).toBe(true)
  await first.stop()

  const later = await record(store, stream, reserved(permit("bob"), 2))
  const second = side.project({ store })
  expect(await passed(later)).toBe(true)
  expect([await held(), side.failures]).toEqual([3, []])
  expect(await readCheckpoint(side.db, READ_MODELS)).toBeGreaterThanOrEqual(later)
  await second.stop()
})
