import type { Context } from "../commands/context.ts"
import type { RecordedEvent } from "../domain/event.ts"

/** The course of an event, carried on by what follows from it. */
export const followingFrom = (event: RecordedEvent, reactor: string): Context => ({
  actor: `system:${reactor}`,
  correlationId: (event.metadata as { correlationId?: string } | null)?.correlationId ?? event.id,
  causationId: event.id,
})
