import * as FlashSale from "../domain/flash-sale.ts"
import { createEventStore } from "../infra/event-store.ts"

export interface Proof {
  readonly events: number
  readonly orders: number
  /** Most cups beyond the capacity that were held at any moment. */
  readonly oversold: number
  /** Users who held more than their limit at any moment. */
  readonly limitBroken: number
}

/** Replays the sale's stream from the log and checks both limits after every event. */
export async function proveFromLog(eventStorePort: number, saleId: string): Promise<Proof> {
  const store = createEventStore({ url: `esdb://127.0.0.1:${eventStorePort}?tls=false` })
  const sale = FlashSale.initial(saleId)
  const over = new Set<string>()
  let orders = 0
  let oversold = 0
  for await (const { type, data, revision, position } of store.readStream(FlashSale.streamOf(saleId))) {
    const event = FlashSale.parse(type, data)
    FlashSale.evolve(sale, event, { revision: Number(revision), position })
    oversold = Math.max(oversold, sale.taken - sale.capacity)
    if (event.type !== "StockReserved") continue
    orders++
    const { userId } = event.data
    if (sale.unitsOf.get(userId) > (sale.terms?.perUserLimit ?? 0)) over.add(userId)
  }
  await store.close()
  return { events: sale.revision + 1, orders, oversold, limitBroken: over.size }
}
