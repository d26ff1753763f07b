/** Bytes of a full page. Memory of this size is the operating system's again as soon as it is let go. */
export const PAGE_BYTES = 131_072
export const PAGE_MIN_BYTES = 512

/** A typed array over a buffer of its own. */
interface Cells {
  readonly buffer: ArrayBuffer
  readonly length: number
}
type Make<Page> = new (buffer: ArrayBuffer) => Page

/**
 * Numbers by row, from 0 on; only what was set may be read. They lie outside the heap: the collector never walks them. A
 * column grows in pages, the first of them by doubling: a small one is small, and growing a large one copies nothing.
 */
export interface Column<Value> {
  get(row: number): Value
  set(row: number, value: Value): void
  /** The rows as they are now, whatever is set later. */
  copy(): Column<Value>
}

// Each kind has a `get` and a `set` of its own: one for all of them would meet every kind of array, and then the engine
// looks each cell up as if it were a property, which takes ten times as long.

const WORDS_SHIFT = Math.log2(PAGE_BYTES / 4)
const WORDS_MASK = PAGE_BYTES / 4 - 1
const LONGS_SHIFT = Math.log2(PAGE_BYTES / 8)
const LONGS_MASK = PAGE_BYTES / 8 - 1

/** Whole numbers from 0 to below 2^32. */
export const uint32s = (pages: Uint32Array<ArrayBuffer>[] = []): Column<number> => ({
  get: (row) => pages[row >>> WORDS_SHIFT]![row & WORDS_MASK]!,
  set(row, value) {
    roomIn(pages, row >>> WORDS_SHIFT, row & WORDS_MASK, Uint32Array)[row & WORDS_MASK] = value
  },
  copy: () => uint32s(copyOf(pages, Uint32Array)),
})

export const float64s = (pages: Float64Array<ArrayBuffer>[] = []): Column<number> => ({
  get: (row) => pages[row >>> LONGS_SHIFT]![row & LONGS_MASK]!,
  set(row, value) {
    roomIn(pages, row >>> LONGS_SHIFT, row & LONGS_MASK, Float64Array)[row & LONGS_MASK] = value
  },
  copy: () => float64s(copyOf(pages, Float64Array)),
})

export const bigUint64s = (pages: BigUint64Array<ArrayBuffer>[] = []): Column<bigint> => ({
  get: (row) => pages[row >>> LONGS_SHIFT]![row & LONGS_MASK]!,
  set(row, value) {
    roomIn(pages, row >>> LONGS_SHIFT, row & LONGS_MASK, BigUint64Array)[row & LONGS_MASK] = value
  },
  copy: () => bigUint64s(copyOf(pages, BigUint64Array)),
})

/** The page, with room for this cell. */
function roomIn<Page extends Cells>(pages: Page[], which: number, cell: number, make: Make<Page>): Page {
  const page = pages[which]
  return page !== undefined && cell < page.length ? page : grown(pages, which, cell, make)
}

function grown<Page extends Cells>(pages: Page[], which: number, cell: number, make: Make<Page>): Page {
  let page = pages[which] ?? new make(new ArrayBuffer(PAGE_MIN_BYTES))
  while (cell >= page.length) page = new make(page.buffer.transfer(2 * page.buffer.byteLength))
  pages[which] = page
  return page
}

const copyOf = <Page extends Cells>(pages: readonly Page[], make: Make<Page>): Page[] =>
  pages.map((page) => new make(page.buffer.slice(0)))
