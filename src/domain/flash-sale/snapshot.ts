import { z } from "zod"
import { Terms } from "./events.ts"
import { PackedRows, packRows } from "./snapshot-rows.ts"
import { type Fold, STATUSES } from "./state.ts"

/**
 * Requests, and releases, of one part: under 1 MiB however long their ids are, and mostly under 128 KiB, above which V8 keeps
 * a text until the next full collection.
 */
const PART_MAX = 500

/** What a fold holds beside its requests. */
const State = z.object({
  position: z.string(),
  terms: Terms.nullable(),
  capacity: z.int(),
  taken: z.int(),
  paused: z.boolean(),
  closed: z.boolean(),
  epoch: z.int(),
  remembered: z.array(
    z.tuple([
      z.string(),
      z.object({ payloadHash: z.string(), status: z.enum(STATUSES), position: z.string() }),
    ]),
  ),
})

/**
 * A part of a snapshot: what the fold at `revision` has gained since the fold at `after`, which the snapshot before this
 * one stands for; -1 is the empty fold. Another shape is another version.
 */
export const SnapshotPart = z.object({
  version: z.literal(2),
  saleId: z.string(),
  after: z.int().min(-1),
  revision: z.int().min(0),
  part: z.int().min(0),
  parts: z.int().min(1),
  requests: PackedRows,
  /** The revision of a reservation and that of its release, in the order of the releases. */
  released: z.array(z.tuple([z.int(), z.int()])),
  /** In the last part. */
  state: State.nullable(),
})
export type SnapshotPart = z.infer<typeof SnapshotPart>

/**
 * What the fold as it is now has gained since the fold at `after`, in parts. Each is made when it is asked for, so that
 * no turn is long; the fold may go on meanwhile, since what it has already does not change.
 */
export function snapshotOf(sale: Fold, after: number): Iterable<SnapshotPart> {
  const { id: saleId, outcomes, revision } = sale
  const state = stateOf(sale)
  const firstRow = outcomes.rowAfter(after)
  const endRow = outcomes.size()
  const firstRelease = outcomes.releaseAfter(after)
  const endRelease = outcomes.releases()
  const parts = Math.max(1, Math.ceil(Math.max(endRow - firstRow, endRelease - firstRelease) / PART_MAX))

  return {
    *[Symbol.iterator]() {
      for (let part = 0; part < parts; part++) {
        const requests = packRows(outcomes, ...boundsOf(part, firstRow, endRow))
        const [from, to] = boundsOf(part, firstRelease, endRelease)
        const released = Array.from({ length: to - from }, (_, n) => outcomes.release(from + n))
        yield {
          ...{ version: 2, saleId, after, revision, part, parts, requests, released },
          state: part === parts - 1 ? state : null,
        }
      }
    },
  }
}

/** Where a part begins and ends among what goes from `first` to before `end`. */
function boundsOf(part: number, first: number, end: number): [from: number, to: number] {
  const from = Math.min(first + part * PART_MAX, end)
  return [from, Math.min(from + PART_MAX, end)]
}

const stateOf = (sale: Fold): z.infer<typeof State> => ({
  position: `${sale.position}`,
  terms: sale.terms,
  capacity: sale.capacity,
  taken: sale.taken,
  paused: sale.paused,
  closed: sale.closed,
  epoch: sale.epoch,
  remembered: [...sale.remembered].map(([as, { payloadHash, status, position }]) => [
    as,
    { payloadHash, status, position: `${position}` },
  ]),
})
