import { randomUUID } from "node:crypto"
import { afterAll, beforeAll, expect, it } from "vitest"
import type { EventStore } from "../../src/commands/ports/event-store.ts"
import { createFollower } from "../../src/commands/sale/follower.ts"
import { createSnapshots } from "../../src/commands/sale/snapshots.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { createEventStore } from "../../src/infra/event-store.ts"
import { systemClock as clock } from "../../src/infra/system-clock.ts"
import { startTestLogServer, type TestLogServer } from "../support/log-server.ts"
import { contentOf, permit, reserved, SALE_ID, scheduled } from "../support/scenario.ts"

const RESERVATIONS = 200_000
const GROUP = 500
/** Those that came after the last snapshot. */
const SINCE = 5_000
/** 2 s of the process's own time, twice: on a machine that is busy with other tests a second of it is not a whole one. */
const READY_CPU_MS = 2 * 2_000
const HANGS_MS = 60_000
const stream = FlashSale.streamOf(SALE_ID)
const metadata = { correlationId: "t", causationId: "t", actor: "t", schemaVersion: 1, codeVersion: "t" }

let server: TestLogServer
let store: EventStore
let deps: Parameters<typeof createSnapshots>[0]
beforeAll(async () => {
  server = await startTestLogServer()
  store = createEventStore({ url: server.url })
  const report = (what: string, cause: unknown) => {
    throw new Error(what, { cause })
  }
  deps = { store, clock, newId: randomUUID, random: Math.random, report }
})
afterAll(async () => {
  await store?.close()
  await server?.close()
})

/** Records the events and folds them, as the process that appends them does. */
async function record(sale: FlashSale.Fold, ...events: FlashSale.Event[]): Promise<void> {
  const expected = sale.revision < 0 ? "no_stream" : BigInt(sale.revision)
  const stored = events.map(({ type, data }) => ({ id: randomUUID(), type, data, metadata }))
  const appended = await store.append(stream, expected, stored)
  if (appended.kind !== "appended") throw new Error(`not appended: ${appended.kind}`)
  for (const event of events)
    FlashSale.evolve(sale, event, { revision: sale.revision + 1, position: appended.position })
}

async function sell(sale: FlashSale.Fold, count: number): Promise<void> {
  for (let sold = 0; sold < count; sold += GROUP) {
    const from = sale.revision + 1
    const nth = (n: number) => reserved(permit(`user${from + n}`, 1, randomUUID()), from + n)
    await record(sale, ...Array.from({ length: GROUP }, (_, n) => nth(n)))
  }
}

it(`a process that joins a sale of ${RESERVATIONS} reservations is ready in 2 s`, {
  timeout: 120_000,
}, async () => {
  const sale = FlashSale.initial(SALE_ID)
  await record(sale, scheduled({ stock: 2 * RESERVATIONS }))
  await sell(sale, RESERVATIONS - SINCE)
  const stopping = new AbortController()
  const keeping = createSnapshots(deps, SALE_ID).keep(sale, stopping.signal)
  const whole = async () => {
    const last = store.readStream(`snapshot-${stream}`, { direction: "backwards", limit: 1 })
    for await (const { data } of last) return (data as FlashSale.SnapshotPart).state !== null
    return false
  }
  await expect.poll(whole, { timeout: HANGS_MS }).toBe(true)
  stopping.abort()
  await keeping
  await sell(sale, SINCE)

  const beganMs = performance.now()
  const cpu = process.cpuUsage()
  const joined = (await createSnapshots(deps, SALE_ID).join())!
  const restored = joined.revision
  await createFollower(joined, store, clock).catchUp()
  const { user, system } = process.cpuUsage(cpu)
  const cpuMs = (user + system) / 1_000
  console.log(
    `ready after ${Math.round(performance.now() - beganMs)} ms, ${Math.round(cpuMs)} ms of them this process's`,
  )
  expect(restored).toBe(RESERVATIONS - SINCE)
  expect(cpuMs).toBeLessThan(READY_CPU_MS)
  expect(joined.revision).toBe(RESERVATIONS)
  const { outcomes, ...rest } = contentOf(joined)
  const { outcomes: expected, ...expectedRest } = contentOf(sale)
  expect(rest).toEqual(expectedRest)
  expect(outcomes).toHaveLength(RESERVATIONS)
  expect(outcomes[RESERVATIONS - 2]).toMatchObject({ requestId: expected[RESERVATIONS - 2]!.requestId })
})
