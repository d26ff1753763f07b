import { z } from "zod"
import { text } from "../../domain/text.ts"
import type { AddRoutes } from "../../http/api.ts"
import { access } from "../../http/auth.ts"
import { sendProblem } from "../../http/problems.ts"
import { addDish } from "../add-dish.ts"
import { changeDish } from "../change-dish.ts"
import type { WriteDeps } from "../write.ts"
import { asked, contextOf } from "./asked.ts"

const DISH_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const fields = {
  name: text(1, 200),
  description: text(0, 2_000).optional(),
  priceFen: z.int().min(1).max(100_000_000),
}
const NewDish = z.strictObject({ ...fields, onSale: z.boolean().default(true) })
const DishChanges = z.strictObject({ ...fields, onSale: z.boolean() }).partial()
const Dish = z.object({ id: z.string(), ...fields, onSale: z.boolean(), position: z.string() })

/** `POST /v1/dishes` and `PATCH /v1/dishes/:id`. */
export const dishCommands =
  (deps: WriteDeps): AddRoutes =>
  (api) => {
    api.post(
      "/v1/dishes",
      {
        schema: { tags: ["dishes"], body: NewDish, response: { 201: Dish } },
        config: { access: access.admin, problems: ["request_conflict"] },
      },
      async (request, reply) => {
        const { payloadHash, context, createdId } = asked(request)
        const dishId = createdId()
        const result = await addDish(deps)({ dishId, menu: request.body, payloadHash }, context)
        if (!result.ok) return sendProblem(reply, result.reason)
        const { dishId: id, at: _, ...menu } = result.dish
        return reply
          .code(201)
          .header("location", `/v1/dishes/${id}`)
          .send({ id, ...menu, position: `${result.position}` })
      },
    )

    api.patch(
      "/v1/dishes/:id",
      {
        schema: {
          tags: ["dishes"],
          params: z.object({ id: z.string() }),
          body: DishChanges,
          response: { 200: z.object({ id: z.string(), status: z.string(), position: z.string() }) },
        },
        config: { access: access.admin },
      },
      async (request, reply) => {
        const { id } = request.params
        if (!DISH_ID.test(id)) return sendProblem(reply, "not_found")
        const result = await changeDish(deps)(id, request.body, contextOf(request, request.id))
        if (!result.ok) return sendProblem(reply, result.reason)
        const status = result.state?.onSale ? "on_sale" : "off_sale"
        return { id, status, position: `${result.position}` }
      },
    )
  }
