import type { Kysely, Transaction } from "kysely"
import type { CheckpointRow } from "./checkpoint.ts"
import type { DishRow } from "./dishes.ts"
import type { OrderRow } from "./orders.ts"
import type { SaleRow } from "./sales.ts"

/** The read models: what the outside may read. Written by the projector only, rebuilt from the log at will. */
export interface Database {
  checkpoints: CheckpointRow
  dishes: DishRow
  flash_sales: SaleRow
  orders: OrderRow
}

export type Db = Kysely<Database>
export type Tx = Transaction<Database>
