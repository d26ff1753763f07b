import * as Order from "../../src/domain/order.ts"
import { anyOf } from "./buyer.ts"
import type { World } from "./world.ts"

/** The status of every order, folded from the log, by the sale that it was bought in. */
export async function ordersInLog({ store }: World): Promise<Map<string, Record<string, string>>> {
  const orders = new Map<string, Order.Order>()
  for await (const { stream, type, data } of store.readAll())
    if (stream.startsWith(Order.STREAM_PREFIX))
      orders.set(stream, Order.evolve(orders.get(stream) ?? Order.initial, Order.parse(type, data)))
  const bySale = new Map<string, Record<string, string>>()
  for (const [stream, { status }] of orders) {
    const orderId = stream.slice(Order.STREAM_PREFIX.length)
    const saleId = orderId.slice(0, orderId.lastIndexOf("-"))
    const statuses = bySale.get(saleId) ?? {}
    bySale.set(saleId, statuses)
    statuses[orderId] = status
  }
  return bySale
}

/** The status of each order of a sale, as staff sees it page by page. */
export async function orderRows({ apis, token }: World, saleId: string): Promise<Record<string, string>> {
  const rows: Record<string, string> = {}
  for (let cursor = ""; ; ) {
    const path = `/v1/orders?saleId=${saleId}&limit=100${cursor}`
    const { status, body } = await anyOf(apis)("GET", path, { token: token("boss", "admin") })
    if (status !== 200) throw new Error(`${path} was answered ${status}`)
    for (const order of body.items) rows[order.id] = order.status
    if (!body.nextCursor) return rows
    cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`
  }
}
