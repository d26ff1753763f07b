import { z } from "zod"
import type { AddRoutes } from "../../http/api.ts"
import { access, identityOf } from "../../http/auth.ts"
import { example } from "../../http/openapi.ts"
import { sendProblem } from "../../http/problems.ts"
import type { FindOrderDeps } from "../find-order.ts"
import { openPayment } from "../open-payment.ts"
import type { PaymentGateway, VerifiedNotification } from "../ports/payment-gateway.ts"
import { recordNotification } from "../record-notification.ts"
import { outcomes, simulatePayment } from "../simulate-payment.ts"
import type { WriteDeps } from "../write.ts"
import { asked } from "./asked.ts"
import { Position } from "./position.ts"

const tags = ["payments"]
const PAYMENT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const Recorded = z.object({ id: z.string(), status: z.enum(["captured", "failed"]), position: Position })

export interface PaymentDeps extends WriteDeps, FindOrderDeps {
  readonly gateway: PaymentGateway
  /** Only where the simulator is the provider. */
  readonly deliver: (message: VerifiedNotification) => VerifiedNotification | null
}

/** Opening a payment, and what its provider tells of it. */
export const paymentCommands =
  (deps: PaymentDeps): AddRoutes =>
  (api) => {
    const { gateway } = deps

    api.post(
      "/v1/orders/:id/payments",
      {
        schema: {
          tags,
          operationId: "openPayment",
          summary: "Open a payment of one's own order",
          params: z.object({ id: z.string().describe("The order") }),
          body: z
            .strictObject({ method: z.literal(gateway.provider) })
            .meta(example({ method: gateway.provider })),
          response: {
            201: z.object({
              id: z.string(),
              orderId: z.string(),
              amountFen: z.int(),
              status: z.literal("pending"),
              position: Position,
            }),
          },
        },
        config: { access: access.user, problems: ["request_conflict", "invalid_state"] },
      },
      async (request, reply) => {
        const { payloadHash, context, createdId } = asked(request)
        const { userId } = identityOf(request)
        const { method } = request.body
        const command = { paymentId: createdId(), orderId: request.params.id, userId, method, payloadHash }
        const result = await openPayment(deps)(command, context)
        if (!result.ok) return sendProblem(reply, result.reason)
        const { paymentId: id, orderId, amountFen } = result.payment
        return reply
          .code(201)
          .header("location", `/v1/payments/${id}`)
          .send({ id, orderId, amountFen, status: "pending", position: `${result.position}` })
      },
    )

    api.post(
      "/v1/payments/simulator/:paymentId",
      {
        schema: {
          tags,
          operationId: "simulatePayment",
          summary: "Let the simulated provider tell an outcome",
          description:
            "There only where the simulator is the provider. For a late payment call it after `payBy`; for one that never comes, do not.",
          params: z.object({ paymentId: z.string().regex(PAYMENT_ID).describe("The payment") }),
          body: z.strictObject({ outcome: z.enum(outcomes) }).meta(example({ outcome: "paid" })),
          response: { 200: Recorded },
        },
        config: { access: access.admin, problems: ["request_conflict"] },
      },
      async (request, reply) => {
        const { context, createdId } = asked(request)
        const { paymentId } = request.params
        const command = { paymentId, outcome: request.body.outcome, simulationId: createdId() }
        const result = await simulatePayment(deps)(command, context)
        if (!result.ok) return sendProblem(reply, result.reason)
        return { id: paymentId, status: result.status, position: `${result.position}` }
      },
    )

    api.post(
      "/v1/payments/notifications/:provider",
      {
        schema: {
          tags,
          operationId: "paymentNotification",
          summary: "What a payment provider tells",
          description: "401 unless the body is signed by the provider. Told again, it changes nothing.",
          params: z.object({ provider: z.literal(gateway.provider) }),
          headers: z.object({
            "x-signature": z.string().optional().describe("HMAC-SHA256 of the body's bytes, in hex"),
          }),
          response: { 200: Recorded },
        },
        // A signature is over the very bytes.
        config: {
          access: access.anyone,
          idempotencyKey: false,
          bodyAsBytes: true,
          problems: ["unauthenticated"],
        },
      },
      async (request, reply) => {
        const verified = gateway.verify(
          request.body as Buffer,
          request.headers["x-signature"] as string | undefined,
        )
        if (!verified) return sendProblem(reply, "unauthenticated")
        const { paymentId, notification } = verified
        const causationId = notification.notificationId
        const context = { actor: `provider:${gateway.provider}`, correlationId: request.id, causationId }
        const result = await recordNotification(deps)(verified, context)
        if (!result.ok) return sendProblem(reply, result.reason)
        return { id: paymentId, status: notification.kind, position: `${result.position}` }
      },
    )
  }
