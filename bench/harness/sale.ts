import { randomUUID } from "node:crypto"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { createEventStore } from "../../src/infra/event-store.ts"
import { jwtSigner } from "../../src/infra/jwt.ts"
import { proveSale } from "../../test/support/log-proof.ts"
import type { tally } from "./load.ts"

const HOUR_MS = 3_600_000

/** More than any round can sell. */
export const PLENTY = FlashSale.STOCK_MAX_UNITS

export const ordersPath = (saleId: string): string => `/v1/flash-sales/${saleId}/orders`

/** What a sale of the benchmark offers: it is open, and nobody's limit is reached. */
export const termsOf = (stock: number) => ({
  title: "The minute",
  priceFen: 990,
  stock,
  perUserLimit: FlashSale.ORDER_MAX_UNITS,
  startsAt: new Date(Date.now() - HOUR_MS).toISOString(),
  endsAt: new Date(Date.now() + HOUR_MS).toISOString(),
})

/** Schedules a sale; resolves with its id once its gate is loaded. */
export async function createSale({ url, secret }: Api, stock = PLENTY): Promise<string> {
  const { id } = (await post({ url, secret }, "/v1/flash-sales", termsOf(stock))) as { id: string }
  return id
}

export interface Api {
  readonly url: string
  readonly secret: string
}

/** A request of an administrator; throws unless it is answered 201. */
export async function post({ url, secret }: Api, path: string, body: object): Promise<unknown> {
  const response = await fetch(url + path, {
    method: "POST",
    headers: {
      authorization: `Bearer ${jwtSigner(secret)({ userId: "barista", role: "admin" })}`,
      "idempotency-key": randomUUID(),
      "content-type": "application/json",
    },
    body: JSON.stringify(body),
  })
  if (response.status !== 201)
    throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return response.json()
}

/** Answers after which nobody knows yet whether there is an order. */
const UNDECIDED = ["202", "unavailable", "overloaded"]

/**
 * Replays these sales from the log, checks every limit after every event, and compares the orders, whose number it returns,
 * with what the buyers were told. Throws when anything is not as it should be.
 */
export async function proveTold(
  logUrl: string,
  saleIds: readonly string[],
  { answers, broken }: Pick<ReturnType<typeof tally>, "answers" | "broken">,
  { refusals = [], untold = 0 }: { refusals?: readonly string[]; untold?: number } = {},
): Promise<number> {
  const store = createEventStore({ url: logUrl })
  try {
    let orders = -untold
    for (const saleId of saleIds) orders += (await proveSale(store, saleId)).orderIds.length
    const told = answers["201"] ?? 0
    const undecided = UNDECIDED.reduce((sum, word) => sum + (answers[word] ?? 0), broken())
    if (orders < told || orders > told + undecided)
      throw new Error(`the log holds ${orders} orders; buyers were told of ${told}, ${undecided} undecided`)
    const unexpected = Object.keys(answers).filter(
      (word) => !["201", ...UNDECIDED, ...refusals].includes(word),
    )
    if (unexpected.length > 0) throw new Error(`answers that should not be: ${JSON.stringify(answers)}`)
    return orders
  } finally {
    await store.close()
  }
}
