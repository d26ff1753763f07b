import { z } from "zod"
import { SALE_ID } from "../../domain/flash-sale.ts"
import type { AddRoutes } from "../../http/api.ts"
import { access } from "../../http/auth.ts"
import { sendProblem } from "../../http/problems.ts"
import { pageParameters, pageSchema } from "../paging.ts"
import * as sales from "../sales.ts"
import { afterParameter, readAfter } from "./after.ts"
import type { QueryDeps } from "./deps.ts"

const tags = ["flash sales"]

const Sale = z.object({
  id: z.string(),
  title: z.string(),
  dishId: z.string().optional(),
  storeId: z.string().optional(),
  priceFen: z.int(),
  stock: z.int().describe("All cups of the sale, adjustments included"),
  perUserLimit: z.int(),
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
  paymentWindowSeconds: z.int(),
  status: z.enum(["scheduled", "open", "paused", "ended", "closed"]),
  held: z.int().describe("Units of orders not yet paid"),
  sold: z.int().describe("Units of paid orders"),
  remaining: z.int().describe("stock - held - sold"),
  now: z.iso.datetime().describe("The server's time"),
})

/** `GET /v1/flash-sales` and `GET /v1/flash-sales/:id`. */
export const flashSaleQueries =
  (deps: QueryDeps): AddRoutes =>
  (api) => {
    const { db, clock } = deps

    api.get(
      "/v1/flash-sales",
      {
        schema: {
          tags,
          operationId: "listFlashSales",
          summary: "All sales, the newest first",
          querystring: z.strictObject({ ...pageParameters("flash-sales"), ...afterParameter }),
          response: { 200: pageSchema(Sale) },
        },
        config: { access: access.anyone, problems: ["lagging"] },
        preHandler: readAfter(deps),
      },
      async (request) => sales.list(db, request.query, clock.now()),
    )

    api.get(
      "/v1/flash-sales/:id",
      {
        schema: {
          tags,
          operationId: "getFlashSale",
          summary: "One sale, with what is left of it",
          params: z.object({ id: z.string().regex(SALE_ID).describe("The sale") }),
          querystring: z.strictObject(afterParameter),
          response: { 200: Sale },
        },
        config: { access: access.anyone, problems: ["lagging"] },
        preHandler: readAfter(deps),
      },
      async (request, reply) =>
        (await sales.byId(db, request.params.id, clock.now())) ?? sendProblem(reply, "not_found"),
    )
  }
