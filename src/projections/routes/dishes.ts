import { z } from "zod"
import type { AddRoutes } from "../../http/api.ts"
import { access } from "../../http/auth.ts"
import * as dishes from "../dishes.ts"
import { pageParameters, pageSchema } from "../paging.ts"
import { afterParameter, readAfter } from "./after.ts"
import type { QueryDeps } from "./deps.ts"

const Dish = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  priceFen: z.int(),
  onSale: z.boolean(),
})

/** `GET /v1/dishes`. */
export const dishQueries =
  (deps: QueryDeps): AddRoutes =>
  (api) => {
    api.get(
      "/v1/dishes",
      {
        schema: {
          tags: ["dishes"],
          operationId: "listDishes",
          summary: "The menu, the newest first",
          querystring: z.strictObject({ ...pageParameters("dishes"), ...afterParameter }),
          response: { 200: pageSchema(Dish) },
        },
        config: { access: access.anyone, problems: ["lagging"] },
        preHandler: readAfter(deps),
      },
      async (request) => dishes.list(deps.db, request.query),
    )
  }
