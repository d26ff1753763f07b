import type { Lookup, Sale } from "./state.ts"

/**
 * A sale to decide on ahead of the log: it reads through to the fold and keeps its own changes, so that the
 * decisions of one group see each other and a group that is not appended leaves no trace.
 */
export const draftOf = (sale: Sale): Sale => ({
  ...sale,
  unitsOf: layer(sale.unitsOf),
  outcomes: layer(sale.outcomes),
  orders: layer(sale.orders),
  remembered: new Map(sale.remembered),
})

function layer<Value>(below: Lookup<Value>): Lookup<Value> {
  const own = new Map<string, Value>()
  return {
    get: (key) => own.get(key) ?? below.get(key),
    has: (key) => own.has(key) || below.has(key),
    set: (key, value) => own.set(key, value),
  }
}
