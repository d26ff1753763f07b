import * as Dish from "../domain/dish.ts"
import { toInstant } from "../domain/time.ts"
import type { Context } from "./context.ts"
import { type WriteDeps, write } from "./write.ts"

const dishes = { initial: Dish.initial, parse: Dish.parse, evolve: Dish.evolve }

/** Changes what is given and keeps the rest. */
export const changeDish =
  (deps: WriteDeps) => (dishId: string, changes: Partial<Dish.Menu>, context: Context) =>
    write(deps)(
      Dish.streamOf(dishId),
      dishes,
      (dish) => Dish.change(dish, changes, toInstant(deps.clock.now())),
      context,
    )
