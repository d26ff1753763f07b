import { unreachable } from "../domain/decision.ts"
import * as FlashSale from "../domain/flash-sale.ts"
import { toInstant } from "../domain/time.ts"
import type { Db, SaleRow, Tx } from "./database.ts"
import type { Occurrence } from "./occurrences.ts"
import { onPage, type Page, type PageQuery, pageOf } from "./paging.ts"
import type { Write } from "./rows.ts"

/** A sale as its page shows it at an instant. */
export interface Sale {
  readonly id: string
  readonly title: string
  readonly dishId?: string
  readonly storeId?: string
  readonly priceFen: number
  readonly stock: number
  readonly perUserLimit: number
  readonly startsAt: string
  readonly endsAt: string
  readonly paymentWindowSeconds: number
  readonly status: FlashSale.Status
  readonly held: number
  readonly sold: number
  readonly remaining: number
  /** The server's time of the answer. */
  readonly now: string
}

/** Writes what happened to sales. The many orders of one sale within a batch are one update. */
export function apply(occurrences: readonly Occurrence[]): Write {
  const others: [id: string, event: Exclude<FlashSale.Event, { type: ReservationEvent }>][] = []
  const moves = new Map<string, { held: number; sold: number }>()
  const move = (id: string, held: number, sold: number) => {
    const before = moves.get(id) ?? { held: 0, sold: 0 }
    moves.set(id, { held: before.held + held, sold: before.sold + sold })
  }
  for (const { of, id, event } of occurrences) {
    if (of === "order" && event.type === "OrderPaid") {
      move(event.data.saleId, -event.data.quantity, event.data.quantity)
    } else if (of === "flash sale") {
      if (event.type === "StockReserved") move(id, event.data.quantity, 0)
      else if (event.type === "ReservationReleased") move(id, -event.data.quantity, 0)
      else others.push([id, event])
    }
  }
  return async (tx) => {
    for (const [id, event] of others) await applyOne(tx, id, event)
    for (const [id, units] of moves) await add(tx, id, units)
  }
}

/** By how much the numbers of a sale move. */
type Units = Partial<Record<"capacity" | "held" | "sold", number>>
type ReservationEvent = "StockReserved" | "ReservationReleased"

async function applyOne(
  tx: Tx,
  id: string,
  { type, data }: Exclude<FlashSale.Event, { type: ReservationEvent }>,
): Promise<void> {
  switch (type) {
    case "FlashSaleScheduled": {
      const beginning = { capacity: data.stock, paused: 0, closed: 0, held: 0, sold: 0 }
      const row = { id, ...columnsOf(data), ...beginning, created_at_ms: Date.parse(data.at) }
      await tx.insertInto("flash_sales").values(row).execute()
      return
    }
    case "FlashSaleChanged":
      await tx.updateTable("flash_sales").set(columnsOf(data)).where("id", "=", id).execute()
      return add(tx, id, { capacity: data.stockDelta })
    case "FlashSalePaused":
      return set(tx, id, { paused: 1 })
    case "FlashSaleResumed":
      return set(tx, id, { paused: 0 })
    case "FlashSaleClosed":
      return set(tx, id, { closed: 1 })
    case "StockAdjusted":
      return add(tx, id, { capacity: data.delta })
    case "PermitRefused":
    case "GateOpened":
      return
    default:
      return unreachable(type)
  }
}

async function set(tx: Tx, id: string, columns: Partial<SaleRow>): Promise<void> {
  await tx.updateTable("flash_sales").set(columns).where("id", "=", id).execute()
}

async function add(tx: Tx, id: string, { capacity = 0, held = 0, sold = 0 }: Units): Promise<void> {
  await tx
    .updateTable("flash_sales")
    .set((eb) => ({
      capacity: eb("capacity", "+", capacity),
      held: eb("held", "+", held),
      sold: eb("sold", "+", sold),
    }))
    .where("id", "=", id)
    .execute()
}

const columnsOf = (terms: FlashSale.Terms) => ({
  title: terms.title,
  dish_id: terms.dishId ?? null,
  store_id: terms.storeId ?? null,
  price_fen: terms.priceFen,
  per_user_limit: terms.perUserLimit,
  starts_at_ms: Date.parse(terms.startsAt),
  ends_at_ms: Date.parse(terms.endsAt),
  payment_window_seconds: terms.paymentWindowSeconds,
})

/** All sales, the last scheduled first, as they stand at `nowMs`. */
export async function list(db: Db, query: PageQuery, nowMs: number): Promise<Page<Sale>> {
  const rows = await onPage(db.selectFrom("flash_sales").selectAll(), query).execute()
  return pageOf("flash-sales", rows, query, (row) => saleOf(row, nowMs))
}

/** One sale as it stands at `nowMs`; null if there is none. */
export async function byId(db: Db, id: string, nowMs: number): Promise<Sale | null> {
  const row = await db.selectFrom("flash_sales").selectAll().where("id", "=", id).executeTakeFirst()
  return row ? saleOf(row, nowMs) : null
}

/** Ids of sales that are open at `nowMs`; at most `max`. */
export async function openIds(db: Db, nowMs: number, max: number): Promise<string[]> {
  const rows = await db
    .selectFrom("flash_sales")
    .select("id")
    .where("closed", "=", 0)
    .where("starts_at_ms", "<=", nowMs)
    .where("ends_at_ms", ">", nowMs)
    .limit(max)
    .execute()
  return rows.map(({ id }) => id)
}

function saleOf(row: SaleRow, nowMs: number): Sale {
  const { paused, closed, starts_at_ms: startsAtMs, ends_at_ms: endsAtMs } = row
  const window = { paused: paused === 1, closed: closed === 1, startsAtMs, endsAtMs }
  return {
    id: row.id,
    title: row.title,
    ...(row.dish_id === null ? {} : { dishId: row.dish_id }),
    ...(row.store_id === null ? {} : { storeId: row.store_id }),
    priceFen: row.price_fen,
    stock: row.capacity,
    perUserLimit: row.per_user_limit,
    startsAt: toInstant(startsAtMs),
    endsAt: toInstant(endsAtMs),
    paymentWindowSeconds: row.payment_window_seconds,
    status: FlashSale.statusAt(window, nowMs),
    held: row.held,
    sold: row.sold,
    remaining: row.capacity - row.held - row.sold,
    now: toInstant(nowMs),
  }
}
