import type { EventStore } from "../../src/commands/ports/event-store.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"

export interface Proof {
  readonly sale: FlashSale.Fold
  /** Ids of the orders, in the order of the stream. */
  readonly orderIds: readonly string[]
}

/**
 * Folds the sale's stream from the log, by another path than the system's own, and checks at every event that no cup
 * too many is held (I1), no user holds more than the limit (I2), and no request has two outcomes (I3).
 */
export async function proveSale(store: EventStore, saleId: string): Promise<Proof> {
  const sale = FlashSale.initial(saleId)
  const orderIds: string[] = []
  const decided = new Set<string>()
  for await (const { type, data, revision, position } of store.readStream(FlashSale.streamOf(saleId))) {
    const event = FlashSale.parse(type, data)
    FlashSale.evolve(sale, event, { revision: Number(revision), position })
    if (sale.taken > sale.capacity)
      throw new Error(`oversold at ${revision}: ${sale.taken} of ${sale.capacity}`)
    if (event.type !== "StockReserved" && event.type !== "PermitRefused") continue
    const { requestId, userId } = event.data
    if (decided.has(requestId)) throw new Error(`a second outcome of ${requestId} at ${revision}`)
    decided.add(requestId)
    if (event.type !== "StockReserved") continue
    orderIds.push(event.data.orderId)
    const units = sale.unitsOf.get(userId)
    if (units > (sale.terms?.perUserLimit ?? 0)) throw new Error(`${userId} holds ${units} at ${revision}`)
  }
  return { sale, orderIds }
}
