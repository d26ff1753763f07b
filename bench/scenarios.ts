import type { Scenario } from "./harness/scenario.ts"
import { accepted } from "./scenarios/accepted.ts"
import { soldOut } from "./scenarios/sold-out.ts"

/** All of them, in the order in which they run. */
export const scenarios: readonly Scenario[] = [soldOut, accepted]
