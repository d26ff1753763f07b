import assert from "node:assert/strict"
import { gateStatus } from "../../src/commands/sale/gate-status.ts"
import { anyOf, buy, crowd, eventually, tally } from "./buyer.ts"
import type { Told } from "./load.ts"
import { proveSale } from "./log-proof.ts"
import { orderRows, ordersInLog } from "./orders-seen.ts"
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
  assert.deepEqual(orderIds.toSorted(), told.map(({ order }) => order.id).toSorted())
  await proveGate(world, saleId)

  const remaining = sale.capacity - held - sold
  await eventually(
    async () => (await anyOf(world.apis)("GET", `/v1/flash-sales/${saleId}`)).body,
    (row) => row.held === held && row.sold === sold && row.remaining === remaining,
    CONVERGE_MS,
  )
  const expected = Object.fromEntries(told.map(({ order, end }) => [order.id, end]))
  assert.deepEqual((await ordersInLog(world)).get(saleId), expected)
  assert.deepEqual(await orderRows(world, saleId), expected)
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
  assert(status && !status.drifted, JSON.stringify(status))
  assert.equal(status.gate?.stock, status.log.capacity - status.log.taken)
}

/** Some of the requests, asked again; and some of those who paid, who are notified of it exactly once. */
async function proveAnswers({ apis, token }: World, saleId: string, told: readonly Told[]): Promise<void> {
  const some = <T>(all: readonly T[]) => all.filter((_, n) => n % Math.ceil(all.length / SAMPLE) === 0)
  await Promise.all(
    some(told).map(async ({ userId, key, quantity, order }) => {
      const again = await buy(anyOf(apis), saleId, token(userId), { key, quantity })
      assert.deepEqual({ ...again.body, position: "" }, { ...order, position: "" })
    }),
  )
  await Promise.all(
    some(told.filter(({ end }) => end === "paid")).map(async ({ userId, order }) => {
      const notified = async () => {
        const { body } = await anyOf(apis)("GET", "/v1/notifications", { token: token(userId) })
        return body.items.filter(({ orderId }: { orderId: string }) => orderId === order.id)
      }
      const items = await eventually(notified, ({ length }) => length > 0, CONVERGE_MS)
      assert.deepEqual(
        items.map(({ type }: { type: string }) => type),
        ["order_paid"],
      )
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
  assert.equal(adjusted.status, 200, JSON.stringify(adjusted.body))
  const answers = await crowd(2 * left, AT_ONCE, (n) => buy(api, saleId, world.token(`rest-${n}`)))
  assert.deepEqual(tally(answers.map(({ status, body }) => `${status} ${body.code ?? ""}`)), {
    "201 ": left,
    "409 sold_out": left,
  })
  await proveGate(world, saleId)
}
