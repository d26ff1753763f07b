import type { onRequestHookHandler } from "fastify"
import { z } from "zod"
import { ORDER_ID, SALE_ID } from "../../domain/flash-sale.ts"
import { CancelReason } from "../../domain/order.ts"
import type { AddRoutes } from "../../http/api.ts"
import { access, type Identity, identityOf, USER_ID } from "../../http/auth.ts"
import { sendProblem } from "../../http/problems.ts"
import { orderStatuses } from "../database.ts"
import * as orders from "../orders.ts"
import { pageParameters, pageSchema } from "../paging.ts"
import { afterParameter, readAfter } from "./after.ts"
import type { QueryDeps } from "./deps.ts"

const tags = ["orders"]

const Order = z.object({
  id: z.string(),
  saleId: z.string(),
  userId: z.string(),
  quantity: z.int(),
  unitPriceFen: z.int(),
  amountFen: z.int(),
  status: z.enum(orderStatuses),
  cancelReason: CancelReason.optional().describe("Only of a cancelled order"),
  reservedAt: z.iso.datetime(),
  payBy: z.iso.datetime(),
})

/** Of staff: any of them searches everybody's orders. */
const filters = {
  userId: z.string().regex(USER_ID).optional(),
  saleId: z.string().regex(SALE_ID).optional(),
  status: z.enum(orderStatuses).optional(),
}
type Filter = { [Name in keyof typeof filters]?: unknown }

const searches = (query: Filter): boolean =>
  Object.keys(filters).some((name) => query[name as keyof Filter] !== undefined)

const onlyStaffSearches: onRequestHookHandler = (request, reply, done) => {
  if (identityOf(request).role === "user" && searches(request.query as Filter)) {
    return void sendProblem(reply, "forbidden")
  }
  done()
}

/** Everybody sees their own; staff also what they search; an auditor, who owns nothing, everything. */
const visibleTo = ({ userId, role }: Identity, filter: orders.OrderFilter): orders.OrderFilter =>
  role === "auditor" || searches(filter) ? filter : { userId }

const mayRead = ({ userId, role }: Identity, order: orders.Order): boolean =>
  role !== "user" || order.userId === userId

/** `GET /v1/orders` and `GET /v1/orders/:id`. */
export const orderQueries =
  (deps: QueryDeps): AddRoutes =>
  (api) => {
    api.get(
      "/v1/orders",
      {
        schema: {
          tags,
          operationId: "listOrders",
          summary: "One's own orders, the newest first",
          description:
            "Staff search everybody's by `userId`, `saleId` and `status`, which a user may not give; without them they see their own. An auditor sees all.",
          querystring: z.strictObject({ ...filters, ...pageParameters("orders"), ...afterParameter }),
          response: { 200: pageSchema(Order) },
        },
        config: { access: access.reader, problems: ["lagging"] },
        onRequest: onlyStaffSearches,
        preHandler: readAfter(deps),
      },
      async (request) => {
        const { limit, cursor, after: _, ...filter } = request.query
        return orders.list(deps.db, visibleTo(identityOf(request), filter), { limit, cursor })
      },
    )

    api.get(
      "/v1/orders/:id",
      {
        schema: {
          tags,
          operationId: "getOrder",
          summary: "One order",
          description: "A user sees their own, every other role anybody's.",
          params: z.object({ id: z.string().regex(ORDER_ID).describe("The order") }),
          querystring: z.strictObject(afterParameter),
          response: { 200: Order },
        },
        config: { access: access.reader, problems: ["lagging"] },
        preHandler: readAfter(deps),
      },
      async (request, reply) => {
        const order = await orders.byId(deps.db, request.params.id)
        return order && mayRead(identityOf(request), order) ? order : sendProblem(reply, "not_found")
      },
    )
  }
