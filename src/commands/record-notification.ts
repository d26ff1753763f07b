import * as Payment from "../domain/payment.ts"
import { toInstant } from "../domain/time.ts"
import type { Context } from "./context.ts"
import type { VerifiedNotification } from "./ports/payment-gateway.ts"
import { type WriteDeps, write } from "./write.ts"

export const payments = { initial: Payment.initial, parse: Payment.parse, evolve: Payment.evolve }

/** Records what a provider told, once; what it means to the order follows from the event. */
export const recordNotification =
  (deps: WriteDeps) =>
  ({ paymentId, notification }: VerifiedNotification, context: Context) =>
    write(deps)(
      Payment.streamOf(paymentId),
      payments,
      (payment) => Payment.notified(payment, notification, toInstant(deps.clock.now())),
      context,
    )
