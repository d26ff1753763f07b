import { z } from "zod"
import type { AddRoutes } from "../../http/api.ts"
import { access, identityOf } from "../../http/auth.ts"
import { sendProblem } from "../../http/problems.ts"
import * as payments from "../payments.ts"
import { afterParameter, readAfter } from "./after.ts"
import type { QueryDeps } from "./deps.ts"

const Payment = z.object({
  id: z.string(),
  orderId: z.string(),
  userId: z.string(),
  amountFen: z.int().describe("What is to be paid"),
  method: z.string(),
  status: z
    .enum(payments.paymentStatuses)
    .describe("captured: money was taken that did not go back; of two captures, one may have been refunded"),
  createdAt: z.iso.datetime(),
})

/** `GET /v1/payments/:id`, where the 201 of a payment points to. */
export const paymentQueries =
  (deps: QueryDeps): AddRoutes =>
  (api) => {
    api.get(
      "/v1/payments/:id",
      {
        schema: {
          tags: ["payments"],
          operationId: "getPayment",
          summary: "One payment",
          description: "A user sees those of their own orders, every other role anybody's.",
          params: z.object({ id: z.uuid().describe("The payment") }),
          querystring: z.strictObject(afterParameter),
          response: { 200: Payment },
        },
        config: { access: access.reader, problems: ["lagging"] },
        preHandler: readAfter(deps),
      },
      async (request, reply) => {
        const { userId, role } = identityOf(request)
        const payment = await payments.byId(deps.db, request.params.id)
        const visible = payment && (role !== "user" || payment.userId === userId)
        return visible ? payment : sendProblem(reply, "not_found")
      },
    )
  }
