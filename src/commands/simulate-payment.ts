import type { Notification } from "../domain/payment.ts"
import * as Payment from "../domain/payment.ts"
import type { Context } from "./context.ts"
import type { VerifiedNotification } from "./ports/payment-gateway.ts"
import { payments, recordNotification } from "./record-notification.ts"
import { read, type WriteDeps } from "./write.ts"

export const outcomes = ["paid", "paid_twice", "wrong_amount", "failed"] as const
export type SimulatedOutcome = (typeof outcomes)[number]

export interface SimulatePayment {
  readonly paymentId: string
  readonly outcome: SimulatedOutcome
  /** Derived from the request, so that a repeated one sends the same messages again. */
  readonly simulationId: string
}

interface Deps extends WriteDeps {
  /** Signs a message as the provider does and verifies it as its receiver does. */
  readonly deliver: (message: VerifiedNotification) => VerifiedNotification | null
}

/** How much too much the simulator takes when it takes the wrong amount. */
const WRONG_BY_FEN = 100

/** Plays a provider's part by hand: sends the signed messages of an outcome through the same door as a real one's. */
export const simulatePayment =
  (deps: Deps) =>
  async ({ paymentId, outcome, simulationId }: SimulatePayment, context: Context) => {
    const { state: payment } = await read(deps.store, Payment.streamOf(paymentId), payments)
    if (!payment) return { ok: false, reason: "not_found" } as const
    const earlier = [...payment.notificationIds].find((id) => id.startsWith(`${simulationId}:`))
    if (earlier && !earlier.startsWith(`${simulationId}:${outcome}:`))
      return { ok: false, reason: "request_conflict" } as const
    let position = 0n
    for (const notification of messagesOf(outcome, simulationId, payment.amountFen)) {
      const verified = deps.deliver({ paymentId, notification })
      if (!verified) throw new Error("the simulator does not know its own signature")
      const written = await recordNotification(deps)(verified, context)
      if (!written.ok) return written
      position = written.position
    }
    return { ok: true, status: outcome === "failed" ? "failed" : "captured", position } as const
  }

function messagesOf(outcome: SimulatedOutcome, simulationId: string, amountFen: number): Notification[] {
  const id = (n: number) => `${simulationId}:${outcome}:${n}`
  const captured = (n: number, fen = amountFen): Notification => ({
    kind: "captured",
    notificationId: id(n),
    transactionId: id(n),
    amountFen: fen,
  })
  switch (outcome) {
    case "paid":
      return [captured(1)]
    case "paid_twice":
      return [captured(1), captured(2)]
    case "wrong_amount":
      return [captured(1, amountFen + WRONG_BY_FEN)]
    case "failed":
      return [{ kind: "failed", notificationId: id(1) }]
  }
}
