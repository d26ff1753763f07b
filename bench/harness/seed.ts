import { v7 as newId } from "uuid"
import { appendDurably } from "../../src/commands/append.ts"
import { newEvent } from "../../src/commands/context.ts"
import type { EventStore } from "../../src/commands/ports/event-store.ts"
import type { NewEvent } from "../../src/domain/event.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { systemClock } from "../../src/infra/system-clock.ts"
import { PLENTY, termsOf } from "./sale.ts"

const GROUP = 500
const BUYERS = 5_000

/** A sale in the log with so many reservations, as the product would have written them, and the log's end behind them. */
export async function seedSale(
  store: EventStore,
  reservations: number,
): Promise<{ saleId: string; position: bigint }> {
  const sale = FlashSale.initial(crypto.randomUUID())
  const stream = FlashSale.streamOf(sale.id)
  const append = appendDurably(store, systemClock)
  let position = 0n
  let group: NewEvent[] = []

  function decide({
    ok,
    ...decision
  }: ReturnType<typeof FlashSale.reserve | typeof FlashSale.schedule>): void {
    if (!("events" in decision)) throw new Error("the seed was refused")
    for (const event of decision.events) {
      FlashSale.evolve(sale, event, { revision: sale.revision + 1, position: 0n })
      const id = newId()
      group.push(newEvent(id, event, { actor: "user:seed", correlationId: id, causationId: id }))
    }
  }

  async function flush(): Promise<void> {
    const before = sale.revision - group.length
    const appended = await append(stream, before < 0 ? "no_stream" : BigInt(before), group)
    if (appended.kind !== "appended") throw new Error(`the seed could not be appended: ${appended.kind}`)
    position = appended.position
    group = []
  }

  decide(FlashSale.schedule(sale, { ...termsOf(PLENTY), paymentWindowSeconds: 900, nowMs: Date.now() }))
  for (let n = 0; n < reservations; n++) {
    decide(FlashSale.reserve(sale, permitOf(n)))
    if (group.length >= GROUP) await flush()
  }
  if (group.length > 0) await flush()
  return { saleId: sale.id, position }
}

const permitOf = (n: number): FlashSale.Permit => ({
  requestId: `seed-${n % BUYERS}:${newId()}`,
  userId: `seed-${n % BUYERS}`,
  quantity: 1,
  payloadHash: "A".repeat(22),
  grantedAtMs: Date.now(),
})
