import { type Action, type Fault, type Plan, TROUBLE_MS } from "./plan.ts"
import { type Random, randomOf } from "./random.ts"
import { calm } from "./wire.ts"

/**
 * A few plans get a theme: what is rare by itself comes often. Drawn apart from the rest, so that a new theme leaves every
 * other seed as it was.
 */
export function themed(plan: Plan): Plan {
  const random = randomOf(`${plan.seed}/theme`)
  switch (random.int(12)) {
    case 0:
      return restocked(plan, random)
    case 1:
      return givenUp(plan)
    default:
      return plan
  }
}

/** Sold out again and again, with a gate that is lost in between, before processes that hear of it late. */
function restocked(plan: Plan, random: Random): Plan {
  const adjusts: Action[] = []
  for (let atMs = random.between(0, 200); atMs < TROUBLE_MS; atMs += random.between(50, 300))
    adjusts.push({ kind: "adjust", atMs, node: random.int(3), delta: random.pick([1, 1, -1]) })
  const faults = Array.from(
    { length: 8 },
    (): Fault => ({ kind: "wipe", when: { atMs: random.between(0, TROUBLE_MS) } }),
  )
  const buyers = plan.actions.map(
    (action): Action => (action.kind === "buy" ? { ...action, keen: 20, sequel: "leaves" } : action),
  )
  const terms = { ...plan.terms, perUserLimit: 10, paymentWindowSeconds: 4 }
  return {
    ...plan,
    ...{ terms, faults, actions: [...buyers, ...adjusts], skewsMs: [0, 0, 0], weather: { ...calm, lag: 1 } },
  }
}

/** Every order is cancelled at once, by processes that hear late of what they release. */
function givenUp(plan: Plan): Plan {
  const actions = plan.actions.map(
    (action): Action =>
      action.kind === "buy" ? { ...action, keen: 10, quantity: 1, sequel: "cancels", paceMs: 1 } : action,
  )
  const terms = { ...plan.terms, stock: 4, perUserLimit: 10 }
  const log = { lost: 0, answerLost: 0, late: 0, slow: 0.5 }
  const weather = { ...calm, log, lag: 1 }
  return { ...plan, terms, actions, weather, skewsMs: [0, 0, 0], elected: false, handsOver: false }
}
