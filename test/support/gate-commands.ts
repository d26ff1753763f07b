import fc from "fast-check"
import { type LoggedChange, STEP_MINUTES } from "./gate-model.ts"

export interface Request {
  readonly userId: string
  readonly key: string
}

export type Command =
  | {
      readonly kind: "reserve"
      readonly request: Request
      readonly quantity: number
      readonly payload: string
    }
  | { readonly kind: "log_reserved"; readonly request: Request; readonly quantity: number }
  | { readonly kind: "log_refused"; readonly request: Request }
  | { readonly kind: "log_released"; readonly pick: number }
  | { readonly kind: "log"; readonly change: Exclude<LoggedChange, { kind: "changed" }> }
  | {
      readonly kind: "log_changed"
      readonly terms: { stockDelta: number; perUserLimit: number }
      readonly from: number
      readonly to: number
    }
  | { readonly kind: "log_fence" }
  | { readonly kind: "apply"; readonly back: number; readonly count: number }
  | { readonly kind: "drop"; readonly request: Request; readonly outcomeRev: number }
  | { readonly kind: "find"; readonly request: Request }
  | { readonly kind: "forward"; readonly steps: number }
  | { readonly kind: "claim"; readonly token: string; readonly ahead: number }
  | { readonly kind: "load" | "renew"; readonly token: string }
  | { readonly kind: "rebuild" | "lose" | "retire" }

const is = <Kind extends Command["kind"]>(kind: Kind) => fc.constant(kind)
const request = fc.record({
  userId: fc.constantFrom("ann", "bob", "cid"),
  key: fc.constantFrom("1", "2", "3"),
})
const token = fc.constantFrom("a", "b")
const units = fc.integer({ min: 1, max: 3 })
const oddUnits = fc.constantFrom(0, -1, 1.5, 6)
const quantity = fc.oneof({ weight: 9, arbitrary: units }, { weight: 1, arbitrary: oddUnits })
const payload = fc.oneof(
  { weight: 4, arbitrary: fc.constant("x") },
  { weight: 1, arbitrary: fc.constant("y:z") },
)
/** Half steps, so that a sale never begins or ends at the very instant of a command. */
const minutes = fc.integer({ min: -3, max: 9 }).map((steps) => (steps + 0.5) * STEP_MINUTES)
const terms = fc.record({
  stockDelta: fc.integer({ min: -3, max: 3 }),
  perUserLimit: fc.integer({ min: 1, max: 5 }),
})
const change = fc.oneof(
  fc.constantFrom({ kind: "paused" }, { kind: "resumed" }, { kind: "resumed" }, { kind: "none" }),
  fc.record({ kind: fc.constant("adjusted" as const), delta: fc.integer({ min: -3, max: 4 }) }),
) as fc.Arbitrary<Extract<Command, { kind: "log" }>["change"]>
const someChanges = fc.oneof(fc.nat(4), fc.constant(100))
const aDay = Math.ceil((24 * 60) / STEP_MINUTES)

/** How often each is drawn, and what it holds. */
export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 90, arbitrary: fc.record({ kind: is("reserve"), request, quantity, payload }) },
  { weight: 30, arbitrary: fc.record({ kind: is("log_reserved"), request, quantity: units }) },
  { weight: 10, arbitrary: fc.record({ kind: is("log_refused"), request }) },
  { weight: 15, arbitrary: fc.record({ kind: is("log_released"), pick: fc.nat(9) }) },
  { weight: 20, arbitrary: fc.record({ kind: is("log"), change }) },
  { weight: 5, arbitrary: fc.record({ kind: is("log_changed"), terms, from: minutes, to: minutes }) },
  { weight: 1, arbitrary: fc.constant<Command>({ kind: "log", change: { kind: "closed" } }) },
  { weight: 2, arbitrary: fc.record({ kind: is("log_fence") }) },
  {
    weight: 60,
    arbitrary: fc.record({ kind: is("apply"), back: fc.integer({ min: -1, max: 3 }), count: someChanges }),
  },
  { weight: 20, arbitrary: fc.record({ kind: is("drop"), request, outcomeRev: fc.nat(20) }) },
  { weight: 10, arbitrary: fc.record({ kind: is("find"), request }) },
  { weight: 30, arbitrary: fc.record({ kind: is("forward"), steps: fc.integer({ min: -2, max: 4 }) }) },
  { weight: 1, arbitrary: fc.constant<Command>({ kind: "forward", steps: aDay }) },
  { weight: 6, arbitrary: fc.record({ kind: is("claim"), token, ahead: fc.nat(1) }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom("load" as const, "renew" as const), token }) },
  { weight: 6, arbitrary: fc.record({ kind: is("rebuild") }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("lose" as const, "retire" as const) }) },
)
