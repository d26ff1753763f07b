import type { Handover } from "../../../src/commands/ports/handover.ts"

/** Two processes on one server, whose lists take at most 10,000. */
export interface HandoverWorld {
  readonly first: Handover
  readonly second: Handover
  close(): Promise<void>
}
