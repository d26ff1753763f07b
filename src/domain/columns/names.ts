import { type Column, PAGE_BYTES, PAGE_MIN_BYTES, uint32s } from "./column.ts"

/** Tables of the index. Each grows by itself, so that growing never takes long. */
const TABLES = 64
const TABLE_SHIFT = 26
const TABLE_MIN = 8
const PAGE_SHIFT = Math.log2(PAGE_BYTES)
/** A character from here on takes this byte and two of its own. Names that users make are ASCII. */
const WIDE = 0xff
const WIDE_CHARACTER = String.fromCharCode(WIDE)

/** A set of names, numbered from 0 in the order in which they came. As bytes outside the heap, found by their hash. */
export interface Names {
  size(): number
  /** The number of a name; -1 for one that is not here. */
  find(name: string): number
  /** The number of a name, which is added unless it is here. */
  add(name: string): number
  at(number: number): string
}

export function createNames(): Names {
  /** The names end to end, each within one page. */
  const pages: Buffer<ArrayBuffer>[] = []
  const starts = uint32s()
  const lengths = uint32s()
  const hashes = uint32s()
  /** Open addressing: number + 1 of a name, 0 where there is none. */
  const tables: Uint32Array[] = []
  const used = new Uint32Array(TABLES)
  let size = 0
  let end = 0
  /** The bytes of the name in question. */
  let bytes = new Uint8Array(512)
  let length = 0
  /** Puts the name's bytes in place and returns their hash: FNV-1a, mixed so that every bit of it tells names apart. */
  function take(name: string): number {
    if (bytes.length < 3 * name.length) bytes = new Uint8Array(3 * name.length)
    length = 0
    let hash = 0x811c9dc5
    for (let i = 0; i < name.length; i++) {
      const code = name.charCodeAt(i)
      hash = Math.imul(hash ^ code, 0x01000193)
      bytes[length++] = code < WIDE ? code : WIDE
      if (code < WIDE) continue
      bytes[length++] = code >>> 8
      bytes[length++] = code & 0xff
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    return (hash ^ (hash >>> 16)) >>> 0
  }

  /** Where the name in question is, or where it would be. */
  function slotOf(table: Uint32Array, hash: number): number {
    const mask = table.length - 1
    let slot = hash & mask
    for (let entry = table[slot]!; entry !== 0; entry = table[slot]!) {
      if (hashes.get(entry - 1) === hash && isAt(entry - 1)) break
      slot = (slot + 1) & mask
    }
    return slot
  }

  function isAt(number: number): boolean {
    if (lengths.get(number) !== length) return false
    const start = starts.get(number)
    const page = pages[start >>> PAGE_SHIFT]!
    const from = start & (PAGE_BYTES - 1)
    for (let i = 0; i < length; i++) if (page[from + i] !== bytes[i]) return false
    return true
  }

  function write(hash: number): void {
    const left = PAGE_BYTES - (end & (PAGE_BYTES - 1))
    if (length > left) end += left
    const from = end & (PAGE_BYTES - 1)
    pageFor(end >>> PAGE_SHIFT, from + length).set(bytes.subarray(0, length), from)
    starts.set(size, end)
    lengths.set(size, length)
    hashes.set(size, hash)
    size += 1
    end += length
  }

  function pageFor(which: number, needed: number): Buffer {
    let page = pages[which] ?? Buffer.from(new ArrayBuffer(PAGE_MIN_BYTES))
    while (page.length < needed) page = Buffer.from(page.buffer.transfer(2 * page.length))
    pages[which] = page
    return page
  }

  return {
    size: () => size,
    find(name) {
      const hash = take(name)
      const table = tables[hash >>> TABLE_SHIFT]
      return table ? table[slotOf(table, hash)]! - 1 : -1
    },
    add(name) {
      const hash = take(name)
      const which = hash >>> TABLE_SHIFT
      const table = tables[which] ?? new Uint32Array(TABLE_MIN)
      const slot = slotOf(table, hash)
      if (table[slot] !== 0) return table[slot]! - 1
      write(hash)
      table[slot] = size
      used[which]! += 1
      tables[which] = used[which]! * 4 > table.length * 3 ? twiceAsLarge(table, hashes) : table
      return size - 1
    },
    at(number) {
      const start = starts.get(number)
      const page = pages[start >>> PAGE_SHIFT]!
      const from = start & (PAGE_BYTES - 1)
      return textOf(page, from, from + lengths.get(number))
    },
  }
}

function textOf(page: Buffer, from: number, to: number): string {
  const narrow = page.toString("latin1", from, to)
  if (!narrow.includes(WIDE_CHARACTER)) return narrow
  let text = ""
  for (let at = from; at < to; at++)
    text += String.fromCharCode(page[at]! < WIDE ? page[at]! : (page[++at]! << 8) | page[++at]!)
  return text
}

function twiceAsLarge(table: Uint32Array, hashes: Column<number>): Uint32Array {
  const larger = new Uint32Array(2 * table.length)
  const mask = larger.length - 1
  for (const entry of table) {
    if (entry === 0) continue
    let slot = hashes.get(entry - 1) & mask
    while (larger[slot] !== 0) slot = (slot + 1) & mask
    larger[slot] = entry
  }
  return larger
}
