import { type SelectQueryBuilder, sql } from "kysely"
import { z } from "zod"

/** What every listed row has; lists are ordered by these two, the newest first. */
interface Listed {
  readonly id: string
  readonly created_at_ms: number
}

const lists = ["dishes", "flash-sales", "notifications", "orders"] as const
type List = (typeof lists)[number]

/** Where a page ended; the next one begins after it. */
type Mark = readonly [list: List, createdAtMs: number, id: string]

const Marked = z.tuple([z.enum(lists), z.int(), z.string().regex(/^[0-9a-z-]{1,64}$/)])

const cursorOfList = (list: List) =>
  z
    .string()
    .max(200)
    .describe("The nextCursor of the page before")
    .transform((text, context): Mark => {
      const mark = markOf(text)
      if (mark?.[0] === list) return mark
      context.addIssue({ code: "custom", message: "is not a cursor of this list" })
      return z.NEVER
    })

/** Digits only: a number's other spellings are not what a page size looks like. */
const Limit = z.preprocess(
  (text) => (/^[0-9]{1,3}$/.test(String(text)) ? Number(text) : text),
  z.int().min(1).max(100).default(20),
)

/** What every list takes besides its own filters. */
export const pageParameters = (list: List) => ({
  limit: Limit,
  cursor: cursorOfList(list).optional(),
})

export interface PageQuery {
  readonly limit: number
  readonly cursor?: Mark | undefined
}

export interface Page<Item> {
  readonly items: Item[]
  /** Null at the end. */
  readonly nextCursor: string | null
}

export const pageSchema = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })

/** Restricts a query to one page, and one row more that tells whether another page follows. */
export function onPage<Tables, Names extends keyof Tables, Row extends Listed>(
  query: SelectQueryBuilder<Tables, Names, Row>,
  { limit, cursor }: PageQuery,
): SelectQueryBuilder<Tables, Names, Row> {
  const ordered = query
    .orderBy(sql`created_at_ms`, "desc")
    .orderBy(sql`id`, "desc")
    .limit(limit + 1)
  if (!cursor) return ordered
  const [, atMs, id] = cursor
  // The first condition alone can use the index; the second one picks within one millisecond.
  return ordered
    .where(sql<boolean>`created_at_ms <= ${atMs}`)
    .where(sql<boolean>`(created_at_ms < ${atMs} or id < ${id})`)
}

/** The page that the rows of an `onPage` query make. */
export function pageOf<Row extends Listed, Item>(
  list: List,
  rows: readonly Row[],
  { limit }: PageQuery,
  itemOf: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const nextCursor = last && rows.length > limit ? cursorOf([list, last.created_at_ms, last.id]) : null
  return { items: shown.map(itemOf), nextCursor }
}

const cursorOf = (mark: Mark): string => Buffer.from(JSON.stringify(mark)).toString("base64url")

function markOf(cursor: string): Mark | null {
  try {
    const mark = Marked.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()))
    // Base64 has several spellings of the same bytes.
    return cursorOf(mark) === cursor ? mark : null
  } catch {
    // Whatever is wrong with it, it is not one that we gave out.
    return null
  }
}
