import type { Plan } from "./plan.ts"
import { runPlan } from "./run.ts"
import { calm } from "./wire.ts"

const RUNS_MAX = 400

/** Drops what can be dropped of a failing plan, one thing after the other, while it breaks the same invariant. */
export async function shrink(plan: Plan, invariant: string): Promise<Plan> {
  let best = plan
  let runs = 0
  for (let again = true; again; ) {
    again = false
    for (const smaller of smallerThan(best)) {
      if (++runs > RUNS_MAX) return best
      const { violation } = await runPlan(smaller, false)
      if (violation?.invariant !== invariant) continue
      best = smaller
      again = true
      break
    }
  }
  return best
}

/** Plans with one thing less each. */
function* smallerThan(plan: Plan): Generator<Plan> {
  const { actions, faults, skewsMs, weather } = plan
  if (skewsMs.length > 1) yield { ...plan, skewsMs: skewsMs.slice(0, -1) }
  for (const [nth] of faults.entries()) yield { ...plan, faults: without(faults, nth) }
  for (const [nth] of actions.entries()) yield { ...plan, actions: without(actions, nth) }
  for (const [nth, action] of actions.entries()) {
    if (action.kind !== "buy") continue
    if (action.againMs.length > 0) yield replaced({ ...action, againMs: [] }, nth)
    if (action.keen > 0) yield replaced({ ...action, keen: 0 }, nth)
    if (action.sequel !== "leaves") yield replaced({ ...action, sequel: "leaves" }, nth)
  }
  for (const name of ["log", "gate", "other", "lag", "workersLag", "beaten"] as const)
    if (weather[name] !== calm[name]) yield { ...plan, weather: { ...weather, [name]: calm[name] } }
  if (skewsMs.some((ms) => ms !== 0)) yield { ...plan, skewsMs: skewsMs.map(() => 0) }
  if (plan.projects) yield { ...plan, projects: false }
  if (plan.elected) yield { ...plan, elected: false }
  if (plan.handsOver) yield { ...plan, handsOver: false }
  if (plan.readLagMs > 0) yield { ...plan, readLagMs: 0 }

  function replaced(action: Plan["actions"][number], nth: number): Plan {
    return { ...plan, actions: actions.with(nth, action) }
  }
}

const without = <Item>(items: readonly Item[], nth: number): Item[] =>
  items.filter((_, index) => index !== nth)
