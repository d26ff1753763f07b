import { uint32s } from "../columns/column.ts"
import { createNames, type Names } from "../columns/names.ts"
import { AcceptedRow, createColumns } from "./accepted-row.ts"
import { orderIdAt } from "./events.ts"
import { type Accepted, KINDS, kindOf, type Outcome } from "./outcome.ts"

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
  /** The row's order where it is not named after the revision of its event. */
  otherOrder(row: number): string | undefined
  /** The first row of an event after this revision; the number of rows when there is none. */
  rowAfter(revision: number): number
  /** How many reservations were released. */
  releases(): number
  /** In the order of the releases: the revision of the reservation, and that of its release. */
  release(release: number): [revision: number, releasedAt: number]
  /** The first release after this revision; the number of releases when there is none. */
  releaseAfter(revision: number): number
}

/**
 * Some hundred bytes a request, outside the heap: a sale has hundreds of thousands, each kept for ever, and as objects they
 * would cost ten times as much and keep the collector busy.
 */
export function createOutcomes(saleId: string, users: Names): OutcomeRows {
  const requestIds = createNames()
  const columns = createColumns(saleId, users)
  const { kinds, revisions, positions, userNumbers, quantities, amounts, payBys, releasedAts } = columns
  const { otherOrders } = columns
  const hashNumbers = uint32s()
  const releases = uint32s()
  let releasedRows = 0
  /** Requests differ in little more than their quantity, so their payloads have few hashes. */
  const hashes: string[] = []
  const numberOfHash = new Map<string, number>()

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
    return new AcceptedRow(columns, row, requestId, payloadHash, revision)
  }

  function setAccepted(row: number, accepted: Accepted): void {
    userNumbers.set(row, users.add(accepted.userId))
    quantities.set(row, accepted.quantity)
    amounts.set(row, accepted.amountFen)
    payBys.set(row, accepted.payByMs)
    positions.set(row, accepted.position)
    if (accepted.releasedAt > 0 && releasedAts.get(row) === 0) releases.set(releasedRows++, row)
    releasedAts.set(row, accepted.releasedAt)
    if (accepted.orderId !== orderIdAt(saleId, accepted.revision)) otherOrders.set(row, accepted.orderId)
  }

  const rowAfter = (revision: number) => firstOf(requestIds.size(), (row) => revisions.get(row) > revision)
  const row = (row: number): Outcome => outcomeOf(row, requestIds.at(row))

  return {
    size: requestIds.size,
    row,
    otherOrder: (row) => otherOrders.get(row),
    rowAfter,
    releases: () => releasedRows,
    release: (release) => [revisions.get(releases.get(release)), releasedAts.get(releases.get(release))],
    releaseAfter: (revision) =>
      firstOf(releasedRows, (release) => releasedAts.get(releases.get(release)) > revision),
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
      kinds.set(row, KINDS.indexOf(kindOf(outcome)))
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
