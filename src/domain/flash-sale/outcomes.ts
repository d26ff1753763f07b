import { column } from "../columns/column.ts"
import { createNames, type Names } from "../columns/names.ts"
import { orderIdAt, PermitRefusal } from "./events.ts"

/** What became of a request for cups. Enough to answer it again for ever. */
export type Outcome =
  | {
      readonly kind: "accepted"
      readonly orderId: string
      readonly requestId: string
      readonly userId: string
      readonly quantity: number
      readonly amountFen: number
      readonly payByMs: number
      readonly payloadHash: string
      readonly revision: number
      readonly position: bigint
      /** Revision of the event that gave the cups back; 0 while they are held or sold. */
      readonly releasedAt: number
    }
  | {
      readonly kind: "refused"
      readonly reason: PermitRefusal
      readonly requestId: string
      readonly payloadHash: string
      readonly revision: number
    }
export type Accepted = Extract<Outcome, { kind: "accepted" }>

/** What became of each request of a sale. */
export interface Outcomes {
  get(requestId: string): Outcome | undefined
  has(requestId: string): boolean
  /** The outcome that the event at this revision of the stream was. */
  at(revision: number): Outcome | undefined
  set(outcome: Outcome): void
}

/** The outcomes of a fold, which can be walked: row by row in the order of the stream. */
export interface OutcomeRows extends Outcomes {
  size(): number
  row(row: number): Outcome
  /** The first row of an event after this revision; the number of rows when there is none. */
  rowAfter(revision: number): number
  /** How many reservations were released. */
  releases(): number
  /** In the order of the releases: the revision of the reservation, and that of its release. */
  release(release: number): [revision: number, releasedAt: number]
  /** The first release after this revision; the number of releases when there is none. */
  releaseAfter(revision: number): number
}

const KINDS = ["accepted", ...PermitRefusal.options] as const

/**
 * Some hundred bytes a request, outside the heap: a sale has hundreds of thousands, each kept for ever, and as objects they
 * would cost ten times as much and keep the collector busy.
 */
export function createOutcomes(saleId: string, users: Names): OutcomeRows {
  const requestIds = createNames()
  const kinds = column(Uint8Array)
  const revisions = column(Uint32Array)
  const positions = column(BigUint64Array)
  const userNumbers = column(Uint32Array)
  const quantities = column(Uint32Array)
  const amounts = column(Float64Array)
  const payBys = column(Float64Array)
  const hashNumbers = column(Uint32Array)
  const releasedAts = column(Uint32Array)
  const releases = column(Uint32Array)
  let released = 0
  /** Requests differ in little more than their quantity, so their payloads have few hashes. */
  const hashes: string[] = []
  const numberOfHash = new Map<string, number>()
  /** An order is named after the event that began it; here are the others, of cups taken again. */
  const otherOrders = new Map<number, string>()

  function numberOf(hash: string): number {
    const known = numberOfHash.get(hash)
    if (known !== undefined) return known
    numberOfHash.set(hash, hashes.length)
    return hashes.push(hash) - 1
  }

  function outcomeOf(row: number, requestId: string): Outcome {
    const kind = KINDS[kinds.get(row)]!
    const revision = revisions.get(row)
    const payloadHash = hashes[hashNumbers.get(row)]!
    if (kind !== "accepted") return { kind: "refused", reason: kind, requestId, payloadHash, revision }
    return {
      kind,
      orderId: otherOrders.get(row) ?? orderIdAt(saleId, revision),
      requestId,
      // Seldom asked for, and made from bytes.
      get userId() {
        return users.at(userNumbers.get(row))
      },
      quantity: quantities.get(row),
      amountFen: amounts.get(row),
      payByMs: payBys.get(row),
      payloadHash,
      revision,
      position: positions.get(row),
      releasedAt: releasedAts.get(row),
    }
  }

  function setAccepted(row: number, accepted: Accepted): void {
    userNumbers.set(row, users.add(accepted.userId))
    quantities.set(row, accepted.quantity)
    amounts.set(row, accepted.amountFen)
    payBys.set(row, accepted.payByMs)
    positions.set(row, accepted.position)
    if (accepted.releasedAt > 0 && releasedAts.get(row) === 0) releases.set(released++, row)
    releasedAts.set(row, accepted.releasedAt)
    if (accepted.orderId !== orderIdAt(saleId, accepted.revision)) otherOrders.set(row, accepted.orderId)
  }

  const rowAfter = (revision: number) => firstOf(requestIds.size(), (row) => revisions.get(row) > revision)
  const row = (row: number): Outcome => outcomeOf(row, requestIds.at(row))

  return {
    size: requestIds.size,
    row,
    rowAfter,
    releases: () => released,
    release: (release) => [revisions.get(releases.get(release)), releasedAts.get(releases.get(release))],
    releaseAfter: (revision) =>
      firstOf(released, (release) => releasedAts.get(releases.get(release)) > revision),
    has: (requestId) => requestIds.find(requestId) >= 0,
    get(requestId) {
      const found = requestIds.find(requestId)
      return found < 0 ? undefined : outcomeOf(found, requestId)
    },
    at(revision) {
      const found = rowAfter(revision) - 1
      return found >= 0 && revisions.get(found) === revision ? row(found) : undefined
    },
    set(outcome) {
      const rows = requestIds.size()
      const row = requestIds.add(outcome.requestId)
      if (row === rows) releasedAts.set(row, 0)
      kinds.set(row, KINDS.indexOf(outcome.kind === "accepted" ? outcome.kind : outcome.reason))
      revisions.set(row, outcome.revision)
      hashNumbers.set(row, numberOf(outcome.payloadHash))
      if (outcome.kind === "accepted") setAccepted(row, outcome)
    },
  }
}

/** The first number below `end` from which on something is so; `end` when it never is. */
function firstOf(end: number, isSo: (number: number) => boolean): number {
  let low = 0
  for (let high = end; low < high; ) {
    const middle = (low + high) >>> 1
    if (isSo(middle)) high = middle
    else low = middle + 1
  }
  return low
}
