/** Bytes of a full page. Memory of this size is the operating system's again as soon as it is let go. */
export const PAGE_BYTES = 131_072
export const PAGE_MIN_BYTES = 512

/** A typed array over a buffer of its own. */
interface Cells<Value> {
  readonly buffer: ArrayBuffer
  readonly length: number
  readonly BYTES_PER_ELEMENT: number
  [cell: number]: Value
}

/** Numbers by row, from 0 on; only what was set may be read. They lie outside the heap: the collector never walks them. */
export interface Column<Value> {
  get(row: number): Value
  set(row: number, value: Value): void
  /** The rows as they are now, whatever is set later. */
  copy(): Column<Value>
}

/**
 * A column of what `cells` makes. It grows in pages, the first of them by doubling: a small one is small, and growing a large
 * one copies nothing.
 */
export function column<Value>(cells: new (from: number | ArrayBuffer) => Cells<Value>): Column<Value> {
  return over([], cells)
}

function over<Value>(
  pages: Cells<Value>[],
  cells: new (from: number | ArrayBuffer) => Cells<Value>,
): Column<Value> {
  const width = new cells(0).BYTES_PER_ELEMENT
  const shift = Math.log2(PAGE_BYTES / width)
  const mask = PAGE_BYTES / width - 1

  function room(row: number): Cells<Value> {
    let page = pages[row >>> shift] ?? new cells(PAGE_MIN_BYTES / width)
    while ((row & mask) >= page.length) page = new cells(page.buffer.transfer(2 * page.buffer.byteLength))
    pages[row >>> shift] = page
    return page
  }

  return {
    get: (row) => pages[row >>> shift]![row & mask]!,
    set(row, value) {
      const page = pages[row >>> shift]
      const cell = row & mask
      if (page !== undefined && cell < page.length) page[cell] = value
      else room(row)[cell] = value
    },
    copy: () =>
      over(
        pages.map((page) => new cells(page.buffer.slice(0))),
        cells,
      ),
  }
}
