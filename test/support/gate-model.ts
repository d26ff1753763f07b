import type { GateChange, GateImage, GateTimes } from "../../src/commands/ports/gate.ts"

export const MINUTE = 60_000
/**
 * Time passes in steps of 7 minutes, and no time that decides anything is a multiple of it: whatever a real clock
 * adds while the test runs, it never turns an answer.
 */
export const STEP_MINUTES = 7
export const times: GateTimes = {
  soldOutMemoryMs: 10 * MINUTE,
  graceMs: 18 * MINUTE,
  claimMs: 12 * MINUTE,
}

/** A change of the log; its window is in minutes of the model's clock, since every gate has a clock of its own. */
export type LoggedChange =
  | Exclude<GateChange, { kind: "changed" }>
  | {
      readonly kind: "changed"
      readonly stockDelta: number
      readonly perUserLimit: number
      readonly startsAt: number
      readonly endsAt: number
    }

/** What the log says of a sale at one revision. */
interface Fold {
  readonly epoch: number
  readonly capacity: number
  readonly units: ReadonlyMap<string, number>
  readonly perUserLimit: number
  readonly startsAt: number
  readonly endsAt: number
  readonly paused: boolean
  readonly closed: boolean
}

export const takenOf = ({ units }: Fold): number => [...units.values()].reduce((sum, each) => sum + each, 0)

function withUnits(fold: Fold, userId: string, quantity: number): Fold {
  const units = new Map(fold.units)
  const total = (units.get(userId) ?? 0) + quantity
  if (total === 0) units.delete(userId)
  else units.set(userId, total)
  return { ...fold, units }
}

function evolve(fold: Fold, change: LoggedChange): Fold {
  switch (change.kind) {
    case "reserved":
      return withUnits(fold, change.userId, change.quantity)
    case "released":
      return withUnits(fold, change.userId, -change.quantity)
    case "adjusted":
      return { ...fold, capacity: fold.capacity + change.delta }
    case "changed": {
      const { stockDelta, perUserLimit, startsAt, endsAt } = change
      return { ...fold, capacity: fold.capacity + stockDelta, perUserLimit, startsAt, endsAt }
    }
    case "paused":
      return { ...fold, paused: true }
    case "resumed":
      return { ...fold, paused: false }
    case "closed":
      return { ...fold, closed: true }
    case "gate_opened":
      return { ...fold, epoch: change.epoch }
    case "refused":
    case "none":
      return fold
  }
}

const scheduled: Fold = {
  ...{ epoch: 0, capacity: 6, units: new Map(), perUserLimit: 3 },
  ...{ startsAt: -3, endsAt: 207, paused: false, closed: false },
}

export type SaleModel = ReturnType<typeof createSaleModel>

/** The log of one sale, as the model keeps it: what happened, and what that comes to at every revision. */
export function createSaleModel() {
  const changes: LoggedChange[] = [{ kind: "none" }]
  const folds: Fold[] = [scheduled]
  /** Request id -> revision of its outcome. */
  const outcomes = new Map<string, number>()
  /** Reservations that may still be released. */
  const held: { userId: string; quantity: number }[] = []
  let clock = 0

  const head = () => changes.length - 1
  const foldAt = (revision: number): Fold => folds[revision]!
  const instant = (now: number, minutes: number) => now + (minutes - clock) * MINUTE

  return {
    head,
    foldAt,
    outcomes,
    held,
    /** Minutes. */
    clock: () => clock,
    pass(minutes: number) {
      clock += minutes
    },

    append(change: LoggedChange) {
      folds.push(evolve(foldAt(head()), change))
      changes.push(change)
      if (change.kind === "reserved") held.push(change)
      if (change.kind === "reserved" || change.kind === "refused") outcomes.set(change.requestId, head())
    },

    /** The changes from a revision on, in the time of a gate whose clock shows `now` at this moment. */
    changesFor(now: number, firstRev: number, count: number): GateChange[] {
      return changes.slice(firstRev, firstRev + count).map((change) => {
        if (change.kind !== "changed") return change
        const { startsAt, endsAt, ...rest } = change
        return { ...rest, startsAtMs: instant(now, startsAt), endsAtMs: instant(now, endsAt) }
      })
    },

    imageFor(now: number): GateImage {
      const fold = foldAt(head())
      const { epoch, capacity, units, perUserLimit, paused, closed } = fold
      return {
        ...{ epoch, rev: head(), stock: capacity - takenOf(fold), perUserLimit, orderMax: 5 },
        ...{ startsAtMs: instant(now, fold.startsAt), endsAtMs: instant(now, fold.endsAt) },
        ...{ paused, closed, users: units },
      }
    },
  }
}
