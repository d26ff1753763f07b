import type { Db, DishRow } from "./database.ts"
import type { Occurrence } from "./occurrences.ts"
import { onPage, type Page, type PageQuery, pageOf } from "./paging.ts"
import type { Write } from "./rows.ts"

/** A dish as the menu shows it. */
export interface Dish {
  readonly id: string
  readonly name: string
  readonly description?: string
  readonly priceFen: number
  readonly onSale: boolean
}

/** Writes what happened to dishes. */
export const apply =
  (occurrences: readonly Occurrence[]): Write =>
  async (tx) => {
    for (const { of, id, event } of occurrences) {
      if (of !== "dish") continue
      const { name, description = null, priceFen, onSale, at } = event.data
      const menu = { name, description, price_fen: priceFen, on_sale: onSale ? 1 : 0 }
      if (event.type === "DishAdded") {
        const row = { id, ...menu, created_at_ms: Date.parse(at) }
        await tx.insertInto("dishes").values(row).execute()
      } else {
        await tx.updateTable("dishes").set(menu).where("id", "=", id).execute()
      }
    }
  }

/** All dishes, the newest first. */
export async function list(db: Db, query: PageQuery): Promise<Page<Dish>> {
  const rows = await onPage(db.selectFrom("dishes").selectAll(), query).execute()
  return pageOf("dishes", rows, query, dishOf)
}

const dishOf = ({ id, name, description, price_fen, on_sale }: DishRow): Dish => ({
  id,
  name,
  ...(description === null ? {} : { description }),
  priceFen: price_fen,
  onSale: on_sale === 1,
})
