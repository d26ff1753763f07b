import { cancelOrder } from "../../src/commands/cancel-order.ts"
import type { Context } from "../../src/commands/context.ts"
import { openPayment } from "../../src/commands/open-payment.ts"
import { recordNotification } from "../../src/commands/record-notification.ts"
import type * as FlashSale from "../../src/domain/flash-sale.ts"
import type { Notification } from "../../src/domain/payment.ts"
import { START_MS } from "../support/scenario.ts"
import { Violation } from "./invariants/violation.ts"
import type { Purchase } from "./plan.ts"
import { type Visit, visitUntilAnswered } from "./visit.ts"
import type { World } from "./world.ts"

const context: Context = { actor: "test", correlationId: "t", causationId: "t" }
/** By so much a wrong amount is wrong. */
const WRONG_BY_FEN = 100

/** What the buyer, or the buyer's bank, does with an order. */
export async function sequelOf(world: World, purchase: Purchase, order: FlashSale.Accepted): Promise<void> {
  const { sequel, paceMs, user, node } = purchase
  const nth = world.plan.actions.indexOf(purchase)
  const { orderId, amountFen } = order
  const random = world.draw(`sequel ${nth}`)
  const pause = () => world.timeline.sleep(paceMs * random.between(0.5, 1.5), null)
  const open = (n = 1) => opened(world, node, order, `pay-${orderId.slice(36)}-${nth}-${n}`)
  const pays = async (paymentId: string | null, n: number, fen = amountFen) => {
    if (paymentId) await captured(world, node, paymentId, `${paymentId}/${n}`, fen)
  }
  await pause()
  switch (sequel) {
    case "leaves":
      return
    case "pays":
      return pays(await open(), 1)
    case "pays late": {
      const paymentId = await open()
      await world.timeline.sleep(order.payByMs - START_MS - world.timeline.nowMs() + paceMs, null)
      return pays(paymentId, 1)
    }
    case "pays twice": {
      const paymentId = await open()
      await Promise.all([pays(paymentId, 1), pays(paymentId, 2)])
      return
    }
    case "pays by two payments": {
      const [one, other] = [await open(1), await open(2)]
      await pause()
      await Promise.all([pays(one, 1), pays(other, 1)])
      return
    }
    case "pays a wrong amount": {
      const paymentId = await open()
      await pays(paymentId, 1, amountFen + WRONG_BY_FEN)
      return pays(paymentId, 2)
    }
    case "fails to pay": {
      const paymentId = await open()
      if (paymentId) await told(world, node, paymentId, { kind: "failed", notificationId: `${paymentId}/f` })
      return
    }
    case "cancels":
      return cancelled(world, node, orderId, user)
    case "cancels and pays": {
      const paymentId = await open()
      await Promise.all([cancelled(world, node, orderId, user), pause().then(() => pays(paymentId, 1))])
    }
  }
}

const depsOf = ({ life: { deps, sales } }: Visit) => ({ ...deps, sales })

/** Opens a payment; null when the order does not wait for one any more. */
async function opened(world: World, node: number, order: FlashSale.Accepted, paymentId: string) {
  const { orderId, userId } = order
  const command = { paymentId, orderId, userId, method: "test", payloadHash: "h" }
  const result = await visitUntilAnswered(world, node, `payment ${paymentId}`, (visit) =>
    openPayment(depsOf(visit))(command, context),
  )
  if (result.ok) return paymentId
  if (result.reason !== "invalid_state")
    throw new Violation("no 404 of what is there", `${orderId}: ${result.reason}`)
  return null
}

/** The provider takes the money, and tells it until it is heard; sometimes again. */
async function captured(
  world: World,
  node: number,
  paymentId: string,
  transactionId: string,
  amountFen: number,
) {
  world.provider.take({ transactionId, amountFen })
  const notification = { kind: "captured", notificationId: transactionId, transactionId, amountFen } as const
  await told(world, node, paymentId, notification)
  if (world.draw(`${transactionId} again`).chance(0.3)) await told(world, node, paymentId, notification)
}

async function told(
  world: World,
  node: number,
  paymentId: string,
  notification: Notification,
): Promise<void> {
  const result = await visitUntilAnswered(world, node, `provider: ${notification.notificationId}`, (visit) =>
    recordNotification(depsOf(visit))({ paymentId, notification }, context),
  )
  if (!result.ok) throw new Violation("no 404 of what is there", `${paymentId}: ${result.reason}`)
}

async function cancelled(world: World, node: number, orderId: string, user: string): Promise<void> {
  const command = { orderId, ownerId: user, by: "user", requestId: `${user}:cancel` } as const
  const result = await visitUntilAnswered(world, node, `cancel ${orderId}`, (visit) =>
    cancelOrder(depsOf(visit))(command, context),
  )
  if (!result.ok && result.reason === "not_found")
    throw new Violation("no 404 of what is there", `${orderId}: ${result.reason}`)
}
