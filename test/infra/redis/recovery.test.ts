import { randomUUID } from "node:crypto"
import { setTimeout as delay } from "node:timers/promises"
import { afterAll, beforeAll, expect, it } from "vitest"
import type { Gate } from "../../../src/commands/ports/gate.ts"
import { reserveStock } from "../../../src/commands/reserve-stock.ts"
import { noObserver, type SaleDeps, defaultSaleTimes as times } from "../../../src/commands/sale/deps.ts"
import type { LiveSale } from "../../../src/commands/sale/live-sale.ts"
import { createLiveSales, type LiveSales } from "../../../src/commands/sale/live-sales.ts"
import * as FlashSale from "../../../src/domain/flash-sale.ts"
import { openRedis } from "../../../src/infra/redis/client.ts"
import { createRedisGate } from "../../../src/infra/redis/redis-gate.ts"
import { systemClock as clock } from "../../../src/infra/system-clock.ts"
import { createMemoryLog, type MemoryLog } from "../../support/memory-log.ts"
import { SERVER_START_TIMEOUT_MS } from "../../support/process.ts"
import { startTestRedis, type TestRedis } from "../../support/redis.ts"
import { permit, reserved, scheduled } from "../../support/scenario.ts"

const RESERVATIONS = 100_000
const RECOVERED_MS = 2_000
const SCRIPT_MAX_MS = 20
/** Some ten when the machine has nothing else to do; waiting for the processor is in it. */
const OTHER_MS = 250
const PERMITS = 20_000
/** The machine may be busy with other tests: what counts is the best of so many tries, of each script too. */
const TRIES = 3
const metadata = { correlationId: "t", causationId: "t", actor: "t", schemaVersion: 1, codeVersion: "t" }
const [BIG, OTHER] = [randomUUID(), randomUUID()]

let redis: TestRedis
let gate: Gate
let log: MemoryLog
let sales: LiveSales
let deps: SaleDeps
beforeAll(async () => {
  redis = await startTestRedis({ args: ["--slowlog-log-slower-than", "0", "--slowlog-max-len", "100000"] })
  gate = createRedisGate({ redis: openRedis(redis.url, () => {}), times })
  log = createMemoryLog()
  const random = Math.random
  deps = {
    ...{ store: log, gate, clock, newId: randomUUID, random, times, report: () => {} },
    ...{ observer: noObserver, handover: null },
  }
  sales = createLiveSales(deps)
}, SERVER_START_TIMEOUT_MS)
afterAll(async () => {
  await sales?.stop()
  await gate?.close()
  await redis?.close()
})

/** A sale that runs now, with so many cups sold to as many users. */
async function saleOf(saleId: string, cups: number): Promise<LiveSale> {
  const window = { startsAt: "2026-01-01T00:00:00.000Z", endsAt: "2100-01-01T00:00:00.000Z" }
  const { type, data } = scheduled({ ...window, stock: 2 * RESERVATIONS })
  const events = [{ type, data: { ...data, saleId } as object }]
  for (let n = 1; n <= cups; n++) {
    const { type, data } = reserved(permit(`user${n}`), n)
    events.push({ type, data: { ...data, orderId: FlashSale.orderIdAt(saleId, n) } })
  }
  for (let from = 0; from < events.length; from += 1_000) {
    const some = events.slice(from, from + 1_000).map((event) => ({ id: randomUUID(), ...event, metadata }))
    await log.append(FlashSale.streamOf(saleId), from === 0 ? "no_stream" : BigInt(from - 1), some)
  }
  const live = (await sales.get(saleId))!
  await live.rebuild.ensureLoaded()
  return live
}

async function buys(live: LiveSale, userId: string): Promise<string> {
  const request = { requestId: `${userId}:late`, userId, quantity: 1, payloadHash: "h" }
  const arrival = { deadlineMs: clock.elapsed() + times.requestDeadlineMs, isGone: () => false }
  return (await reserveStock(deps, live, request, arrival)).kind
}

/** Cups that the gate has too many, once it is as far as the fold (I9). */
async function drift({ sale }: LiveSale): Promise<number | string> {
  const seen = await gate.look(sale.id)
  if (seen.kind === "not_loaded" || seen.rev < sale.revision) return "not there yet"
  return seen.stock + seen.pendingUnits - (sale.capacity - sale.taken)
}

/** The longest run of each script since the last question, in ms; the chunks of an image count as scripts of their own. */
async function scriptTimes(): Promise<Map<string, number>> {
  const entries = (await redis.cli("SLOWLOG", "GET", -1)) as [number, number, number, string[]][]
  await redis.cli("SLOWLOG", "RESET")
  const longest = new Map<string, number>()
  for (const [, , us, [name, hash, keys, ...rest]] of entries) {
    if (name!.toLowerCase() !== "evalsha") continue
    const chunk = rest[Number(keys)]?.includes("-") ? rest[Number(keys) + 2] : ""
    const script = `${hash} ${chunk}`
    longest.set(script, Math.max(longest.get(script) ?? 0, us / 1_000))
  }
  return longest
}

/** The slowest of all scripts, each at its best try. */
function slowestOf(tries: readonly ReadonlyMap<string, number>[]): number {
  const inAll = [...tries[0]!.keys()].filter((script) => tries.every((each) => each.has(script)))
  expect(inAll.length).toBeGreaterThan(0)
  return Math.max(...inAll.map((script) => Math.min(...tries.map((each) => each.get(script)!))))
}

it(`a gate of ${RESERVATIONS} reservations is back in 2 s, and nobody else notices`, {
  timeout: 120_000,
}, async () => {
  const big = await saleOf(BIG, RESERVATIONS)
  const other = await saleOf(OTHER, 10)
  const tries: { recoveredMs: number; otherMs: number; scripts: Map<string, number> }[] = []
  for (let n = 0; n < TRIES; n++) {
    await redis.cli("SLOWLOG", "RESET")
    // One key of the big sale is lost; the other sale's gate stays.
    await redis.cli("DEL", `seckill:{${BIG}}:permits`)
    const beganMs = performance.now()
    let isBack = false
    const back = (async () => {
      while ((await buys(big, `late${n}`)) !== "accepted") await delay(1)
      isBack = true
      return performance.now() - beganMs
    })()
    let otherMs = 0
    for (let m = 0; !isBack; m++) {
      const askedMs = performance.now()
      expect(await buys(other, `buyer${n}-${m}`)).toBe("accepted")
      otherMs = Math.max(otherMs, performance.now() - askedMs)
      await delay(1)
    }
    tries.push({ recoveredMs: await back, otherMs, scripts: await scriptTimes() })
    await expect.poll(() => drift(big), { timeout: 10_000 }).toBe(0)
  }
  const slowest = slowestOf(tries.map(({ scripts }) => scripts))
  const all = (of: "recoveredMs" | "otherMs") => tries.map((each) => Math.round(each[of]))
  console.log(`back after ${all("recoveredMs").join(", ")} ms; slowest script ${slowest.toFixed(1)} ms`)
  console.log(`a buyer of another sale waited ${all("otherMs").join(", ")} ms at most`)
  expect(Math.min(...all("recoveredMs"))).toBeLessThan(RECOVERED_MS)
  expect(Math.min(...all("otherMs"))).toBeLessThan(OTHER_MS)
  expect(slowest).toBeLessThan(SCRIPT_MAX_MS)
})

it("no script is long, however much is under way", { timeout: 120_000 }, async () => {
  const tries: Map<string, number>[] = []
  for (let n = 0; n < TRIES; n++) {
    const saleId = randomUUID()
    const live = await saleOf(saleId, 1)
    const { epoch, revision } = live.sale
    for (let from = 0; from < PERMITS; from += 1_000)
      await Promise.all(Array.from({ length: 1_000 }, (_, m) => buyers(from + m, saleId)))
    await redis.cli("SLOWLOG", "RESET")
    expect(await gate.look(saleId)).toMatchObject({ permits: PERMITS, overdue: [] })
    const confirmed = Array.from({ length: 500 }, (_, m) => confirmedOf(m))
    expect(await gate.apply(saleId, revision + 1, confirmed)).toMatchObject({ kind: "applied" })
    const fence = { kind: "gate_opened", epoch: epoch + 1 } as const
    expect(await gate.apply(saleId, revision + 501, [fence])).toEqual({ kind: "not_loaded" })
    tries.push(await scriptTimes())
  }
  const slowest = slowestOf(tries)
  console.log(`with ${PERMITS} permits under way the slowest script took ${slowest.toFixed(1)} ms`)
  expect(slowest).toBeLessThan(SCRIPT_MAX_MS)
})

const userOf = (n: number) => ({ requestId: `many${n}:k1`, userId: `many${n}`, quantity: 1 })
const buyers = (n: number, saleId: string) => gate.reserve(saleId, { ...userOf(n), payloadHash: "h" })
const confirmedOf = (n: number) => ({ kind: "reserved", ...userOf(n) }) as const
