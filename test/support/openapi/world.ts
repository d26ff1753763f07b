import { createHmac } from "node:crypto"
import { createPaymentSimulator } from "../../../src/infra/payment-simulator.ts"
import { apiOf, openSale } from "../buyer.ts"
import type { System } from "../system.ts"

/** Real things to ask for, by what a path calls them. */
export interface World {
  readonly dishes: readonly string[]
  readonly sales: readonly string[]
  readonly orders: readonly string[]
  readonly payments: readonly string[]
  /** Keys with which `alice` bought. */
  readonly keys: readonly string[]
  /** Positions that the read models have passed, or will. */
  readonly positions: readonly string[]
  /** Of several lists. */
  readonly cursors: readonly string[]
}

const HOUR_MS = 3_600_000
const at = (ms: number) => new Date(Date.now() + ms).toISOString()

/** Sales in every state, and orders and payments of `alice` and `bob`. */
export async function createWorld(system: System): Promise<World> {
  const api = apiOf(system.url)
  const admin = system.token("boss", "admin")
  const auditor = system.token("ann", "auditor")
  const post = async (path: string, token: string, body?: object, key?: string) =>
    (await api("POST", path, { token, ...(body ? { body } : {}), ...(key ? { key } : {}) })).body

  const dish = await post("/v1/dishes", admin, { name: "Mocha", priceFen: 3_000 })
  const terms = { stock: 1_000, perUserLimit: 100, paymentWindowSeconds: 600 }
  const open = await openSale(api, admin, terms)
  const paused = await openSale(api, admin, terms)
  await post(`/v1/flash-sales/${paused}/pause`, admin)
  const soon = await openSale(api, admin, { ...terms, startsAt: at(HOUR_MS), endsAt: at(2 * HOUR_MS) })
  const over = await openSale(api, admin, { ...terms, startsAt: at(-HOUR_MS), endsAt: at(-1_000) })
  const soldOut = await openSale(api, admin, { stock: 1 })

  const buy = (sale: string, user: string, key: string) =>
    post(`/v1/flash-sales/${sale}/orders`, system.token(user), { quantity: 1 }, key)
  const orders = [
    await buy(open, "alice", "first"),
    await buy(open, "alice", "a/../b?c#d%"),
    await buy(open, "bob", "first"),
    await buy(soldOut, "bob", "first"),
  ]
  const pay = (order: { id: string }, user: string) =>
    post(`/v1/orders/${order.id}/payments`, system.token(user), { method: "simulator" })
  const payments = [await pay(orders[0], "alice"), await pay(orders[2], "bob")]
  const paid = await post(`/v1/payments/simulator/${payments[1].id}`, admin, { outcome: "paid" })

  const lists = ["/v1/flash-sales", "/v1/orders"].map((list) =>
    api("GET", `${list}?limit=1&after=${paid.position}`, { token: auditor }),
  )
  const cursors = (await Promise.all(lists)).map(({ body }) => body.nextCursor)

  return {
    dishes: [dish.id],
    sales: [open, open, paused, soon, over, soldOut],
    orders: orders.map(({ id }) => id),
    payments: payments.map(({ id }) => id),
    keys: ["first", "a/../b?c#d%"],
    positions: [orders[0].position, paid.position],
    cursors,
  }
}

/** Headers of everybody who may knock: every role, and those who prove nothing. */
export function tokensOf(system: System) {
  const right = {
    alice: system.token("alice"),
    bob: system.token("bob"),
    staff: system.token("sam", "staff"),
    admin: system.token("boss", "admin"),
    auditor: system.token("ann", "auditor"),
  }
  const [head, claims] = right.admin.split(".") as [string, string]
  const none = Buffer.from('{"alg":"none"}').toString("base64url")
  const expired = Buffer.from('{"sub":"boss","role":"admin","exp":1}').toString("base64url")
  const signature = createHmac("sha256", system.secret).update(`${head}.${expired}`).digest("base64url")
  const wrong = {
    unsigned: `${none}.${claims}.`,
    forged: `${head}.${claims}.${createHmac("sha256", "another").digest("base64url")}`,
    expired: `${head}.${expired}.${signature}`,
    nonsense: "a.b.c",
  }
  // Those two may do the most, and so get the furthest.
  const often = [right.alice, right.alice, right.admin, right.admin]
  return { right: [...often, ...Object.values(right)], wrong: Object.values(wrong) }
}

/** What the provider may tell of a payment, signed as it would. */
export function notificationsOf(system: System, payments: readonly string[]) {
  const { sign } = createPaymentSimulator(system.secret)
  return payments.flatMap((paymentId) =>
    [
      { kind: "captured", notificationId: "n1", transactionId: "t1", amountFen: 990 } as const,
      { kind: "captured", notificationId: "n2", transactionId: "t2", amountFen: 1 } as const,
      { kind: "failed", notificationId: "n3" } as const,
    ].map((notification) => sign({ paymentId, notification })),
  )
}
