/** The names of all that is checked; a mutation names the one that must break. */
export type Invariant =
  | "I1 never oversold"
  | "I2 no user over the limit"
  | "I3 one outcome a request"
  | "I3 released once"
  | "I3 released with its order"
  | "I9 gate = log"
  | "no sold cup is offered again"
  | "no grant beside a sold-out memory"
  | "no rebuild of a loaded gate"
  | "no loaded gate is replaced"
  | "no 201 without its event"
  | "answers repeat"
  | "no order of a permit older than a refusal"
  | "no 404 of what is there"
  | "one order a reservation"
  | "I10 money"
  | "I11 read model = log"
  | "no unexpected error"
  | "settles"
  | "every cup is for sale"

export class Violation extends Error {
  override readonly name = "Violation"
  readonly invariant: Invariant
  constructor(invariant: Invariant, detail: string) {
    super(`${invariant}: ${detail}`)
    this.invariant = invariant
  }
}

/** Whatever was thrown, as a violation: what nobody expected is one, too. */
export const asViolation = (cause: unknown): Violation =>
  cause instanceof Violation
    ? cause
    : new Violation("no unexpected error", cause instanceof Error ? `${cause.stack}` : `${cause}`)
