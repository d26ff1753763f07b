import type { Scenario } from "./harness/scenario.ts"
import { accepted } from "./scenarios/accepted.ts"
import { coupled } from "./scenarios/coupled.ts"
import { growth } from "./scenarios/growth.ts"
import { latency } from "./scenarios/latency.ts"
import { log } from "./scenarios/log.ts"
import { memory } from "./scenarios/memory.ts"
import { oneLock } from "./scenarios/one-lock.ts"
import { projector } from "./scenarios/projector.ts"
import { relay } from "./scenarios/relay.ts"
import { soldOut } from "./scenarios/sold-out.ts"
import { twoProcesses } from "./scenarios/two-processes.ts"

/** All of them, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  soldOut,
  accepted,
  oneLock,
  latency,
  twoProcesses,
  log,
  coupled,
  projector,
  relay,
  memory,
  growth,
]
