import { expect } from "vitest"
import { gateStatus } from "../../src/commands/sale/gate-status.ts"
import * as Order from "../../src/domain/order.ts"
import { anyOf, buy, crowd, eventually, tally } from "./buyer.ts"
import type { Told } from "./load.ts"
import { proveSale } from "./log-proof.ts"
import type { World } from "./world.ts"

/** Effects of what was told are visible by then; on a machine that does much else besides. */
const CONVERGE_MS = 20_000
const SAMPLE = 20
const AT_ONCE = 30

/**
 * What holds once nobody asks any more: every order that was told is in the log, and no other; the gate has what the log
 * says is free; the read models are the fold of the log; the same request has the same answer.
 */
export async function proveAtRest(world: World, saleId: string, told: readonly Told[]): Promise<void> {
  const unitsOf = (end: Told["end"]) =>
    told.filter((each) => each.end === end).reduce((units, { quantity }) => units + quantity, 0)
  const [held, sold] = [unitsOf("pending_payment"), unitsOf("paid")]
  const { sale, orderIds } = await eventually(
    () => proveSale(world.store, saleId),
    (proof) => proof.sale.taken === held + sold,
    CONVERGE_MS,
  )
  expect(orderIds.toSorted()).toEqual(told.map(({ order }) => order.id).toSorted())
  await proveGate(world, saleId)

  const remaining = sale.capacity - held - sold
  await eventually(
    async () => (await anyOf(world.apis)("GET", `/v1/flash-sales/${saleId}`)).body,
    (row) => row.held === held && row.sold === sold && row.remaining === remaining,
    CONVERGE_MS,
  )
  await proveOrders(world, saleId, told)
  await proveAnswers(world, saleId, told)
}

/** Stock and permits of the gate against the log, as `npm run gate` compares them. */
export async function proveGate({ store, gate }: World, saleId: string): Promise<void> {
  if (!gate) return
  const status = await eventually(
    () => gateStatus({ store, gate }, saleId).catch(() => null),
    (seen) => seen?.gate?.rev === seen?.log.rev && seen?.gate?.permits === 0,
    CONVERGE_MS,
  )
  expect(status).toMatchObject({ drift: 0, drifted: false })
  expect(status?.gate?.stock).toBe(status!.log.capacity - status!.log.taken)
}

/** Each order in the log, in the read model, and as its buyer was told: three times the same. */
async function proveOrders(world: World, saleId: string, told: readonly Told[]): Promise<void> {
  const expected = Object.fromEntries(told.map(({ order, end }) => [order.id, end]))
  const token = world.token("boss", "admin")
  const inLog = new Map<string, Order.Order>()
  for await (const { stream, type, data } of world.store.readAll())
    if (stream.startsWith(Order.streamOf(saleId)))
      inLog.set(stream, Order.evolve(inLog.get(stream) ?? Order.initial, Order.parse(type, data)))
  const folded = told.map(({ order }) => [order.id, inLog.get(Order.streamOf(order.id))?.status])
  expect(Object.fromEntries(folded)).toEqual(expected)

  const rows: Record<string, string> = {}
  for (let cursor = ""; ; ) {
    const path = `/v1/orders?saleId=${saleId}&limit=100${cursor}`
    const { body } = await anyOf(world.apis)("GET", path, { token })
    for (const { id, status } of body.items) rows[id] = status
    if (!body.nextCursor) break
    cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`
  }
  expect(rows).toEqual(expected)
}

/** Some of the requests, asked again; and some of those who paid, who are notified of it exactly once. */
async function proveAnswers({ apis, token }: World, saleId: string, told: readonly Told[]): Promise<void> {
  const some = <T>(all: readonly T[]) => all.filter((_, n) => n % Math.ceil(all.length / SAMPLE) === 0)
  await Promise.all(
    some(told).map(async ({ userId, key, quantity, order }) => {
      const again = await buy(anyOf(apis), saleId, token(userId), { key, quantity })
      expect({ ...again.body, position: "" }).toEqual({ ...order, position: "" })
    }),
  )
  await Promise.all(
    some(told.filter(({ end }) => end === "paid")).map(async ({ userId, order }) => {
      const notified = async () => {
        const { body } = await anyOf(apis)("GET", "/v1/notifications", { token: token(userId) })
        return body.items.filter(({ orderId }: { orderId: string }) => orderId === order.id)
      }
      const items = await eventually(notified, ({ length }) => length > 0, CONVERGE_MS)
      expect(items).toMatchObject([{ type: "order_paid" }])
    }),
  )
}

/** Leaves `left` cups in the sale, and sees that exactly these can still be bought. */
export async function sellOut(world: World, saleId: string, left: number): Promise<void> {
  const { sale } = await proveSale(world.store, saleId)
  const api = anyOf(world.apis)
  const adjusted = await api("POST", `/v1/flash-sales/${saleId}/stock-adjustments`, {
    token: world.token("boss", "admin"),
    body: { delta: left - (sale.capacity - sale.taken), reason: "the end of the day" },
  })
  expect(adjusted.status).toBe(200)
  const answers = await crowd(2 * left, AT_ONCE, (n) => buy(api, saleId, world.token(`rest-${n}`)))
  expect(tally(answers.map(({ status, body }) => `${status} ${body.code ?? ""}`))).toEqual({
    "201 ": left,
    "409 sold_out": left,
  })
  await proveGate(world, saleId)
}
