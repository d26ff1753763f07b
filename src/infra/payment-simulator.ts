import { createHmac, timingSafeEqual } from "node:crypto"
import { z } from "zod"
import type { PaymentGateway, VerifiedNotification } from "../commands/ports/payment-gateway.ts"

const Id = z.string().min(1).max(200)
const Message = z.strictObject({
  paymentId: Id,
  notification: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("captured"),
      notificationId: Id,
      transactionId: Id,
      amountFen: z.int().min(0),
    }),
    z.strictObject({ kind: z.literal("failed"), notificationId: Id }),
  ]),
})

export interface PaymentSimulator extends PaymentGateway {
  /** A message as the provider would send it, with its signature. */
  sign(message: VerifiedNotification): { readonly body: Buffer; readonly signature: string }
}

/** A provider that moves no money: what it tells is made by hand, signed and verified like a real one's. */
export function createPaymentSimulator(jwtSecret: string): PaymentSimulator {
  const key = createHmac("sha256", jwtSecret).update("payment simulator").digest()
  const signatureOf = (body: Buffer) => createHmac("sha256", key).update(body).digest()

  return {
    provider: "simulator",
    verify(body, signature) {
      const given = Buffer.from(signature ?? "", "hex")
      const right = signatureOf(body)
      if (given.length !== right.length || !timingSafeEqual(given, right)) return null
      return Message.safeParse(jsonOf(body)).data ?? null
    },
    sign(message) {
      const body = Buffer.from(JSON.stringify(message))
      return { body, signature: signatureOf(body).toString("hex") }
    },
    // There is no money to give back.
    async refund() {},
  }
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"))
  } catch {
    // What is no JSON is no message of ours.
    return null
  }
}
