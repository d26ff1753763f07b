import { afterEach, beforeEach, expect, test } from "vitest"
import { EventStoreUnavailable } from "../../src/commands/ports/event-store.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { orderQueries } from "../../src/projections/routes/orders.ts"
import { ask } from "../support/ask.ts"
import { as, buildTestEdge, type TestEdge } from "../support/http.ts"
import { record, startReadSide } from "../support/read-side.ts"
import { permit, reserved, SALE_ID, START_MS, scheduled } from "../support/scenario.ts"
import { createVirtualClock } from "../support/virtual-clock.ts"

const clock = createVirtualClock(START_MS)
let side: Awaited<ReturnType<typeof startReadSide>>
let edge: TestEdge
let endPosition: () => Promise<bigint>

beforeEach(async () => {
  side = await startReadSide({ clock })
  endPosition = side.log.endPosition
  const { db, watch } = side
  edge = await buildTestEdge([orderQueries({ db, clock, watch, endPosition: () => endPosition() })])
  await edge.app.ready()
})
afterEach(async () => {
  await edge.app.close()
  await side.close()
})
const readOrder = (after: bigint) =>
  ask(edge.app, { url: `/v1/orders/${SALE_ID}-1?after=${after}`, headers: as("ann") })

test("waits until the row is there", async () => {
  const position = await record(
    side.log,
    FlashSale.streamOf(SALE_ID),
    scheduled(),
    reserved(permit("ann"), 1),
  )
  const waiting = readOrder(position)
  await clock.advance(1_000)
  const projector = side.project()
  await clock.advance(100)
  expect((await waiting).status).toBe(200)
  await projector.stop()
})

test("says that it lags after 3 seconds, and when to come again", async () => {
  const position = await record(
    side.log,
    FlashSale.streamOf(SALE_ID),
    scheduled(),
    reserved(permit("ann"), 1),
  )
  let answered = false
  const waiting = readOrder(position).finally(() => {
    answered = true
  })
  await clock.advance(2_999)
  expect(answered).toBe(false)
  await clock.advance(1)
  const { status, headers, body } = await waiting
  expect([status, body.code, headers["retry-after"]]).toEqual([503, "lagging", "1"])
})

test("does not wait for what the log does not hold", async () => {
  const position = await record(side.log, FlashSale.streamOf(SALE_ID), scheduled())
  const { status, body } = await readOrder(position + 1n)
  expect([status, body.code]).toEqual([400, "invalid_request"])
})

test("cannot tell while the log is away", async () => {
  endPosition = async () => {
    throw new EventStoreUnavailable("away")
  }
  const { status, body } = await readOrder(1n)
  expect([status, body.code]).toEqual([503, "unavailable"])
})
