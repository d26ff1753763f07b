import assert from "node:assert/strict"
import { gateStatus } from "../../src/commands/sale/gate-status.ts"
import { anyOf, eventually } from "../support/buyer.ts"
import type { Told } from "../support/load.ts"
import { proveSale } from "../support/log-proof.ts"
import { proveMoney } from "../support/money-proof.ts"
import { orderRows, ordersInLog } from "../support/orders-seen.ts"
import type { Fleet } from "../support/world.ts"
import { PAYMENT_WINDOW_SECONDS } from "./traffic.ts"

/** The last order's time to pay, and what the timer, the release and the read models take after it. */
const REST_MS = PAYMENT_WINDOW_SECONDS * 1_000 + 30_000

/** How an order may have ended, by what its buyer did; a payment that came too late may have been given back. */
const endings: Record<Told["end"], readonly string[]> = {
  paid: ["paid", "refunded"],
  cancelled: ["cancelled"],
  pending_payment: ["cancelled"],
}

/** Checks every invariant from the log, the gates against it, and the read models. Returns what does not hold. */
export async function judge(
  fleet: Fleet,
  told: ReadonlyMap<string, readonly Told[]>,
): Promise<readonly string[]> {
  const findings: string[] = []
  const check = async (what: string, work: () => Promise<unknown>) => {
    await work().catch((cause: Error) => findings.push(`${what}: ${cause.message}`))
  }
  await check("orders that nobody pays are timed out", () =>
    eventually(
      async () => await ordersInLog(fleet),
      (bySale) =>
        [...told.keys()].every((id) => !Object.values(bySale.get(id) ?? {}).includes("pending_payment")),
      REST_MS,
    ),
  )
  await check("each captured payment pays its order or is given back", () =>
    eventually(
      async () => [...(await proveMoney(fleet.store)).captures.values()],
      (ends) => !ends.includes("open"),
    ),
  )
  const bySale = await ordersInLog(fleet)
  for (const [saleId, orders] of told)
    await check(`sale ${saleId}`, () => judgeSale(fleet, saleId, orders, bySale.get(saleId) ?? {}))
  return findings
}

async function judgeSale(
  fleet: Fleet,
  saleId: string,
  told: readonly Told[],
  inLog: Readonly<Record<string, string>>,
): Promise<void> {
  const { orderIds } = await proveSale(fleet.store, saleId)
  assert.deepEqual(
    orderIds.toSorted(),
    told.map(({ order }) => order.id).toSorted(),
    "orders told and logged",
  )
  for (const { order, end } of told)
    assert(
      endings[end].includes(inLog[order.id]!),
      `${order.id}: ${end} as told, ${inLog[order.id]} in the log`,
    )
  const sold = told.reduce(
    (units, { order, quantity }) => units + (inLog[order.id] === "paid" ? quantity : 0),
    0,
  )
  await eventually(
    async () => (await proveSale(fleet.store, saleId)).sale.taken,
    (taken) => taken === sold,
  )
  const row = async () => (await anyOf(fleet.apis)("GET", `/v1/flash-sales/${saleId}`)).body
  await eventually(row, (sale) => sale.held === 0 && sale.sold === sold)
  await eventually(
    () => orderRows(fleet, saleId),
    (rows) => JSON.stringify(sorted(rows)) === JSON.stringify(sorted(inLog)),
  )
  // The gate of a sale that is over is no longer kept up to date, but what it says was true at its revision.
  const status = await gateStatus(fleet, saleId)
  assert(status && !status.drifted, `the gate and the log differ: ${JSON.stringify(status)}`)
}

const sorted = (record: Readonly<Record<string, string>>) => Object.entries(record).sort()
