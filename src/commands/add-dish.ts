import * as Dish from "../domain/dish.ts"
import { toInstant } from "../domain/time.ts"
import type { Context } from "./context.ts"
import { create } from "./create.ts"
import type { WriteDeps } from "./write.ts"

export interface AddDish {
  readonly dishId: string
  readonly menu: Dish.Menu
  readonly payloadHash: string
}

/** Puts a dish on the menu; a repeated request is answered as at first. */
export const addDish =
  (deps: WriteDeps) =>
  async ({ dishId, menu, payloadHash }: AddDish, context: Context) => {
    const event = Dish.added(dishId, menu, toInstant(deps.clock.now()))
    const created = await create(deps)(Dish.streamOf(dishId), event, context, payloadHash)
    if (!created.ok) return created
    return { ok: true, dish: Dish.schemas.DishAdded.parse(created.data), position: created.position } as const
  }
