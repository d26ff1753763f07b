import { expect } from "vitest"
import type { Identity } from "../../../src/http/auth.ts"
import { type Api, buy, eventually, openSale } from "../../support/buyer.ts"

/** A running system, whatever it runs on. */
export interface Walked {
  readonly api: Api
  readonly token: (userId: string, role?: Identity["role"]) => string
}

/** What the walks do again and again. */
export function steps({ api, token }: Walked) {
  const admin = () => token("boss", "admin")
  const sell = (terms: object) => openSale(api, admin(), terms)
  const sale = async (id: string) => (await api("GET", `/v1/flash-sales/${id}`)).body
  const order = async (id: string, user: string) =>
    (await api("GET", `/v1/orders/${id}`, { token: token(user) })).body
  const becomes = (id: string, user: string, status: string, ms = 15_000) =>
    eventually(
      () => order(id, user),
      (found) => found.status === status,
      ms,
    )
  const buys = async (saleId: string, user: string, more = {}) => buy(api, saleId, token(user), more)
  const tries = async (saleId: string, user: string) =>
    (await api("POST", `/v1/flash-sales/${saleId}/orders`, { token: token(user), body: { quantity: 1 } }))
      .body.code
  const opens = async (orderId: string, user: string) => {
    const opened = await api("POST", `/v1/orders/${orderId}/payments`, {
      token: token(user),
      body: { method: "simulator" },
    })
    expect(opened.status).toBe(201)
    return opened.body as { id: string; amountFen: number }
  }
  const settles = async (paymentId: string, outcome: string) => {
    const told = await api("POST", `/v1/payments/simulator/${paymentId}`, {
      token: admin(),
      body: { outcome },
    })
    expect(told.status).toBe(200)
  }
  const commands = (saleId: string, verb: string, body = {}) =>
    api("POST", `/v1/flash-sales/${saleId}/${verb}`, { token: admin(), body })
  const timesOut = async (stock: number) => {
    const saleId = await sell({ stock, paymentWindowSeconds: 3 })
    const bought = await buys(saleId, "dan")
    const payment = await opens(bought.body.id, "dan")
    return { saleId, orderId: bought.body.id as string, payBy: Date.parse(bought.body.payBy), payment }
  }
  return { api, token, admin, sell, sale, becomes, buys, tries, opens, settles, commands, timesOut }
}
