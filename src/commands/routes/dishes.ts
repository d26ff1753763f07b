import { z } from "zod"
import { text } from "../../domain/text.ts"
import type { AddRoutes } from "../../http/api.ts"
import { access } from "../../http/auth.ts"
import { example } from "../../http/openapi.ts"
import { sendProblem } from "../../http/problems.ts"
import { addDish } from "../add-dish.ts"
import { changeDish } from "../change-dish.ts"
import type { WriteDeps } from "../write.ts"
import { asked, contextOf } from "./asked.ts"
import { Position } from "./position.ts"

const DISH_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const fields = {
  name: text(1, 200),
  description: text(0, 2_000).optional(),
  priceFen: z.int().min(1).max(100_000_000),
}
const NewDish = z
  .strictObject({ ...fields, onSale: z.boolean().default(true) })
  .meta(example({ name: "Flat white", description: "Double shot, steamed milk", priceFen: 2_800 }))
const DishChanges = z
  .strictObject({ ...fields, onSale: z.boolean() })
  .partial()
  .meta(example({ priceFen: 3_000 }))
const Dish = z.object({ id: z.string(), ...fields, onSale: z.boolean(), position: Position })
const ChangedDish = z.object({ id: z.string(), status: z.enum(["on_sale", "off_sale"]), position: Position })

/** `POST /v1/dishes` and `PATCH /v1/dishes/:id`. */
export const dishCommands =
  (deps: WriteDeps): AddRoutes =>
  (api) => {
    api.post(
      "/v1/dishes",
      {
        schema: {
          tags: ["dishes"],
          operationId: "addDish",
          summary: "Put a dish on the menu",
          body: NewDish,
          response: { 201: Dish },
        },
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
          operationId: "changeDish",
          summary: "Change what is given and keep the rest",
          params: z.object({ id: z.string().describe("The dish") }),
          body: DishChanges,
          response: { 200: ChangedDish },
        },
        config: { access: access.admin },
      },
      async (request, reply) => {
        const { id } = request.params
        if (!DISH_ID.test(id)) return sendProblem(reply, "not_found")
        const result = await changeDish(deps)(id, request.body, contextOf(request, request.id))
        if (!result.ok) return sendProblem(reply, result.reason)
        const status: "on_sale" | "off_sale" = result.state?.onSale ? "on_sale" : "off_sale"
        return { id, status, position: `${result.position}` }
      },
    )
  }
