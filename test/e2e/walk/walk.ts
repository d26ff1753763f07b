import { beforeAll } from "vitest"
import { walkOrders } from "./orders.ts"
import { walkSales } from "./sales.ts"
import type { Walked } from "./steps.ts"

/** Walks a running system through everything that may happen to sales and orders. */
export function walk(start: () => Promise<Walked>, timeoutMs?: number): void {
  let walked: Walked
  beforeAll(async () => {
    walked = await start()
  }, timeoutMs)
  walkOrders(() => walked)
  walkSales(() => walked)
}
