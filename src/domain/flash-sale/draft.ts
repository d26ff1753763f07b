import type { Outcome } from "./outcome.ts"
import type { Outcomes } from "./outcomes.ts"
import type { Sale } from "./state.ts"
import type { Units } from "./units.ts"

/**
 * A sale to decide on ahead of the log: it reads through to the fold and keeps its own changes, so that the
 * decisions of one group see each other and a group that is not appended leaves no trace.
 */
export const draftOf = (sale: Sale): Sale => ({
  ...sale,
  unitsOf: unitsOver(sale.unitsOf),
  outcomes: outcomesOver(sale.outcomes),
  remembered: new Map(sale.remembered),
})

function unitsOver(below: Units): Units {
  const own = new Map<string, number>()
  return {
    get: (userId) => below.get(userId) + (own.get(userId) ?? 0),
    add: (userId, units) => void own.set(userId, (own.get(userId) ?? 0) + units),
  }
}

function outcomesOver(below: Outcomes): Outcomes {
  const own = new Map<string, Outcome>()
  const requestAt = new Map<number, string>()
  const get = (requestId: string) => own.get(requestId) ?? below.get(requestId)
  return {
    get,
    has: (requestId) => own.has(requestId) || below.has(requestId),
    at(revision) {
      const requestId = requestAt.get(revision) ?? below.at(revision)?.requestId
      return requestId === undefined ? undefined : get(requestId)
    },
    set(outcome) {
      own.set(outcome.requestId, outcome)
      requestAt.set(outcome.revision, outcome.requestId)
    },
  }
}
