import { z } from "zod"
import { orderIdAt } from "./events.ts"
import { KINDS, kindOf, type Outcome } from "./outcome.ts"
import type { OutcomeRows } from "./outcomes.ts"

/** Of each request: revision, numbers of its kind and of its payload's hash, units, amount in fen, `payBy` in ms, position. */
const CELLS = 7
const ROW_BYTES = 8 * CELLS

/** Requests in the order of the stream, by column: a list for each would cost three times as much to write, and more to read. */
export const PackedRows = z
  .object({
    requestIds: z.array(z.string()),
    /** Empty for one that was refused. */
    userIds: z.array(z.string()),
    kinds: z.array(z.enum(KINDS)),
    payloadHashes: z.array(z.string()),
    /** `CELLS` numbers of 64 bits for each request, little-endian; the last is a whole one, the others are floating. */
    cells: z.base64(),
    /** The orders that are not named after the revision of their event, by the request's place here. */
    otherOrders: z.array(z.tuple([z.int(), z.string()])),
  })
  .refine(({ requestIds, userIds }) => userIds.length === requestIds.length)
  .refine(({ requestIds, cells }) => Buffer.byteLength(cells, "base64") === requestIds.length * ROW_BYTES)
export type PackedRows = z.infer<typeof PackedRows>

/** The rows from `from` to before `to`. */
export function packRows(outcomes: OutcomeRows, from: number, to: number): PackedRows {
  const bytes = Buffer.alloc((to - from) * ROW_BYTES)
  const { numbers, longs } = cellsOf(bytes)
  const rows: PackedRows = {
    ...{ requestIds: [], userIds: [], kinds: [], payloadHashes: [] },
    ...{ cells: "", otherOrders: [] },
  }
  for (let row = from, cell = 0; row < to; row++, cell += CELLS) {
    const outcome = outcomes.row(row)
    const accepted = outcome.kind === "accepted" ? outcome : null
    rows.requestIds.push(outcome.requestId)
    rows.userIds.push(accepted?.userId ?? "")
    numbers[cell] = outcome.revision
    numbers[cell + 1] = placeOf(rows.kinds, kindOf(outcome))
    numbers[cell + 2] = placeOf(rows.payloadHashes, outcome.payloadHash)
    if (!accepted) continue
    numbers[cell + 3] = accepted.quantity
    numbers[cell + 4] = accepted.amountFen
    numbers[cell + 5] = accepted.payByMs
    longs[cell + 6] = accepted.position
    const otherOrder = outcomes.otherOrder(row)
    if (otherOrder !== undefined) rows.otherOrders.push([row - from, otherOrder])
  }
  return { ...rows, cells: bytes.toString("base64") }
}

/** The requests as they were packed, none of them released. */
export function* unpackRows(saleId: string, rows: PackedRows): Generator<Outcome> {
  const { numbers, longs } = cellsOf(new Uint8Array(Buffer.from(rows.cells, "base64")))
  const otherOrders = new Map(rows.otherOrders)
  for (const [index, requestId] of rows.requestIds.entries()) {
    const cell = index * CELLS
    const revision = numbers[cell]!
    const kind = rows.kinds[numbers[cell + 1]!]!
    const payloadHash = rows.payloadHashes[numbers[cell + 2]!]!
    if (kind !== "accepted") {
      yield { kind: "refused", reason: kind, requestId, payloadHash, revision }
      continue
    }
    yield {
      ...{ kind, requestId, payloadHash, revision, releasedAt: 0 },
      orderId: otherOrders.get(index) ?? orderIdAt(saleId, revision),
      userId: rows.userIds[index]!,
      quantity: numbers[cell + 3]!,
      amountFen: numbers[cell + 4]!,
      payByMs: numbers[cell + 5]!,
      position: longs[cell + 6]!,
    }
  }
}

/** Two views of the same cells. */
function cellsOf({ buffer }: { readonly buffer: ArrayBufferLike }) {
  return { numbers: new Float64Array(buffer), longs: new BigUint64Array(buffer) }
}

/** The place of a text among few, which it gets unless it has one. */
function placeOf<Text>(texts: Text[], text: Text): number {
  const place = texts.indexOf(text)
  return place >= 0 ? place : texts.push(text) - 1
}
