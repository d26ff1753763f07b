import { z } from "zod"
import type { AddRoutes } from "../../http/api.ts"
import { access, identityOf } from "../../http/auth.ts"
import { sendProblem } from "../../http/problems.ts"
import { cancelOrder } from "../cancel-order.ts"
import type { FindOrderDeps } from "../find-order.ts"
import type { WriteDeps } from "../write.ts"
import { asked } from "./asked.ts"
import { Position } from "./position.ts"

/** `POST /v1/orders/:id/cancellation`: a user's own order; staff anybody's. */
export const cancellationCommands =
  (deps: WriteDeps & FindOrderDeps): AddRoutes =>
  (api) => {
    api.post(
      "/v1/orders/:id/cancellation",
      {
        schema: {
          tags: ["orders"],
          operationId: "cancelOrder",
          summary: "Cancel an order that is not paid",
          description: "A user their own, staff anybody's. Cancelling it again changes nothing.",
          params: z.object({ id: z.string().describe("The order") }),
          body: z.strictObject({}),
          response: {
            200: z.object({ id: z.string(), status: z.literal("cancelled"), position: Position }),
          },
        },
        config: { access: access.user, problems: ["invalid_state"] },
      },
      async (request, reply) => {
        const { requestId, context } = asked(request)
        const { role, userId } = identityOf(request)
        const { id } = request.params
        const who = role === "user" ? ({ by: "user", ownerId: userId } as const) : ({ by: "staff" } as const)
        const result = await cancelOrder(deps)({ orderId: id, requestId, ...who }, context)
        if (!result.ok) return sendProblem(reply, result.reason)
        return { id, status: "cancelled" as const, position: `${result.position}` }
      },
    )
  }
