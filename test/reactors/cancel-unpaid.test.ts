import { expect, it } from "vitest"
import * as Order from "../../src/domain/order.ts"
import { cancelUnpaid, type DueOrder } from "../../src/reactors/cancel-unpaid.ts"
import { createMemoryLog } from "../support/memory-log.ts"
import { createVirtualClock } from "../support/virtual-clock.ts"

const ORDERS = 100_000
const PAY_BY_MS = 1_000_000
const LATE_MS = 5_000

it("takes a backlog of 100,000 due orders page by page and ends each once", async () => {
  const store = createMemoryLog()
  const clock = createVirtualClock(PAY_BY_MS + LATE_MS)
  const metadata = { correlationId: "t", causationId: "t", actor: "t", schemaVersion: 1, codeVersion: "t" }
  const due: DueOrder[] = []
  for (let n = 0; n < ORDERS; n++) {
    const id = `order${String(n).padStart(6, "0")}`
    const at = new Date(0).toISOString()
    const details = { orderId: id, saleId: "s", userId: `u${n}`, quantity: 1, requestId: `u${n}:k` }
    const data = { ...details, amountFen: 990, payBy: new Date(PAY_BY_MS).toISOString(), at }
    const event = { id: crypto.randomUUID(), type: "OrderPlaced", data, metadata }
    await store.append(Order.streamOf(id), "no_stream", [event])
    due.push({ id, payByMs: PAY_BY_MS })
  }
  let largestPage = 0
  const sweep = cancelUnpaid({
    store,
    clock,
    newId: crypto.randomUUID.bind(crypto),
    async dueOrders(_, limit, last) {
      largestPage = Math.max(largestPage, limit)
      const from = last ? due.indexOf(last) + 1 : 0
      return due.slice(from, from + limit)
    },
  })
  await sweep(new AbortController().signal)
  // The rows still say that they are due: the streams know better.
  await sweep(new AbortController().signal)
  const cancelled = store.all.filter(({ type }) => type === "OrderCancelled")
  expect(cancelled).toHaveLength(ORDERS)
  expect(new Set(cancelled.map(({ stream }) => stream)).size).toBe(ORDERS)
  expect(largestPage).toBeLessThanOrEqual(1_000)
}, 60_000)
