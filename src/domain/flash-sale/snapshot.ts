import { z } from "zod"
import { orderIdAt, PermitRefusal, Terms } from "./events.ts"
import type { Outcome } from "./outcomes.ts"
import { type Fold, STATUSES } from "./state.ts"

/** Requests, and releases, of one part: under 1 MiB however long their ids are. */
const PART_MAX = 1_000

/** Revision, request id, number of the payload's hash, and why. */
const Refused = z.tuple([z.int(), z.string(), z.int(), PermitRefusal])
/** The same three; user, units, amount in fen, `payBy` in ms, position; the order's id unless it names this revision. */
const Accepted = z.tuple([
  z.int(),
  z.string(),
  z.int(),
  z.string(),
  z.int(),
  z.int(),
  z.int(),
  z.string(),
  z.string().nullable(),
])

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
  version: z.literal(1),
  saleId: z.string(),
  after: z.int().min(-1),
  revision: z.int().min(0),
  part: z.int().min(0),
  parts: z.int().min(1),
  payloadHashes: z.array(z.string()),
  /** In the order of the stream. */
  requests: z.array(z.union([Refused, Accepted])),
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
        const hashes = new Map<string, number>()
        const requests = nth(part, firstRow, endRow, (row) => requestOf(saleId, outcomes.row(row), hashes))
        const released = nth(part, firstRelease, endRelease, outcomes.release)
        yield {
          ...{ version: 1, saleId, after, revision, part, parts },
          ...{ payloadHashes: [...hashes.keys()], requests, released },
          state: part === parts - 1 ? state : null,
        }
      }
    },
  }
}

/** The items of one part out of those from `first` to before `end`. */
function nth<Item>(part: number, first: number, end: number, item: (n: number) => Item): Item[] {
  const from = first + part * PART_MAX
  return Array.from({ length: Math.max(0, Math.min(PART_MAX, end - from)) }, (_, n) => item(from + n))
}

function requestOf(
  saleId: string,
  outcome: Outcome,
  hashes: Map<string, number>,
): SnapshotPart["requests"][number] {
  const { revision, requestId, payloadHash } = outcome
  if (!hashes.has(payloadHash)) hashes.set(payloadHash, hashes.size)
  const hash = hashes.get(payloadHash)!
  if (outcome.kind === "refused") return [revision, requestId, hash, outcome.reason]
  const { userId, quantity, amountFen, payByMs, position, orderId } = outcome
  const otherOrder = orderId === orderIdAt(saleId, revision) ? null : orderId
  return [revision, requestId, hash, userId, quantity, amountFen, payByMs, `${position}`, otherOrder]
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
