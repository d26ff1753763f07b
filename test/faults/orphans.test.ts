import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { payloadHash, requestIdOf } from "../../src/commands/request.ts"
import { eventually, openSale, tally } from "../support/buyer.ts"
import { proveSale } from "../support/log-proof.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { proveGate } from "../support/rest.ts"
import { type Fleet, startFleet } from "../support/world.ts"

const ANSWER_MS = 1_000
/** Grace, and what the next look and the append take at most. */
const SETTLED_MS = 15_000
const ORPHANS = 10

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet(2)
}, SERVER_START_TIMEOUT_MS)
afterAll(() => fleet.close())

/** Permits for a cup each, left as by a process that was killed between the gate's answer and its append. */
async function leavePermits(saleId: string): Promise<{ userId: string; key: string }[]> {
  const requests = Array.from({ length: ORPHANS }, (_, n) => ({ userId: `orphan-${n}`, key: `key-${n}` }))
  for (const { userId, key } of requests) {
    const asked = {
      requestId: requestIdOf(userId, key),
      userId,
      quantity: 1,
      payloadHash: payloadHash({ quantity: 1 }),
    }
    expect(await fleet.gate.reserve(saleId, asked)).toMatchObject({ kind: "granted" })
  }
  return requests
}

const openFor = (stock: number) => openSale(fleet.apis[0]!, fleet.token("boss", "admin"), { stock })
const ask = (saleId: string, { userId, key }: { userId: string; key: string }, n: number) =>
  fleet.apis[n % 2]!("POST", `/v1/flash-sales/${saleId}/orders`, {
    token: fleet.token(userId),
    key,
    body: { quantity: 1 },
  })

describe("a permit whose process was killed", () => {
  it("is committed by the process that is asked with the same key, within a second", async () => {
    const saleId = await openFor(ORPHANS)
    const requests = await leavePermits(saleId)
    const took = await Promise.all(
      requests.map(async (request, n) => {
        const beganMs = performance.now()
        const { status, body } = await ask(saleId, request, n)
        return { status, order: body.id, ms: performance.now() - beganMs }
      }),
    )
    expect(tally(took.map(({ status }) => status))).toEqual({ 201: ORPHANS })
    const longestMs = Math.max(...took.map(({ ms }) => ms))
    console.log(
      `permits of a killed process: committed ${longestMs.toFixed(0)} ms after their buyers asked again`,
    )
    expect(longestMs).toBeLessThan(ANSWER_MS)
    const { orderIds } = await proveSale(fleet.store, saleId)
    expect(orderIds.toSorted()).toEqual(took.map(({ order }) => order).toSorted())
  })

  it("is settled when nobody asks again: its cup is for sale, its request refused for good", async () => {
    const saleId = await openFor(ORPHANS)
    const requests = await leavePermits(saleId)
    const beganMs = performance.now()
    const settled = await eventually(
      () => fleet.gate.look(saleId),
      (seen) => seen.kind === "loaded" && seen.permits === 0,
      SETTLED_MS,
    )
    const tookMs = performance.now() - beganMs
    console.log(`permits of a killed process: settled ${tookMs.toFixed(0)} ms after they were granted`)
    expect(settled).toMatchObject({ stock: ORPHANS })
    const answers = await Promise.all(requests.map((request, n) => ask(saleId, request, n)))
    expect(tally(answers.map(({ status, body }) => `${status} ${body.code}`))).toEqual({
      "409 request_expired": ORPHANS,
    })
    await proveGate(fleet, saleId)
  })
})
