import type { Decision } from "../domain/decision.ts"
import { appendDurably } from "./append.ts"
import { type Context, newEvent } from "./context.ts"
import type { Clock } from "./ports/clock.ts"
import type { EventStore, ExpectedRevision } from "./ports/event-store.ts"

export interface WriteDeps {
  readonly store: EventStore
  readonly clock: Clock
  readonly newId: () => string
}

/** How a stream becomes the state that is decided on. */
export interface Aggregate<State, Event> {
  readonly initial: State
  readonly parse: (type: string, data: unknown) => Event
  readonly evolve: (state: State, event: Event) => State
}

export type Written<State, Reason extends string> =
  | { readonly ok: true; readonly state: State; readonly position: bigint }
  | { readonly ok: false; readonly reason: Reason }

/** The stream's state, and what an append that follows it must expect. Throws `EventStoreUnavailable`. */
export async function read<State, Event>(
  store: Pick<EventStore, "readStream">,
  stream: string,
  { initial, parse, evolve }: Aggregate<State, Event>,
): Promise<{ state: State; expected: ExpectedRevision; position: bigint }> {
  let state = initial
  let expected: ExpectedRevision = "no_stream"
  let position = 0n
  for await (const recorded of store.readStream(stream)) {
    state = evolve(state, parse(recorded.type, recorded.data))
    expected = recorded.revision
    position = recorded.position
  }
  return { state, expected, position }
}

/**
 * The write loop of every stream that is not hot: read, decide, append at exactly the revision that was read; on a
 * conflict, which somebody's progress caused, again. Throws `EventStoreUnavailable`.
 */
export const write =
  ({ store, clock, newId }: WriteDeps) =>
  async <State, Event extends { type: string; data: object }, Reason extends string>(
    stream: string,
    aggregate: Aggregate<State, Event>,
    decide: (state: State) => Decision<Event, Reason>,
    context: Context,
  ): Promise<Written<State, Reason>> => {
    const eventIds: string[] = []
    for (;;) {
      const { state, expected, position } = await read(store, stream, aggregate)
      const decision = decide(state)
      if (!decision.ok) return decision
      if (decision.events.length === 0) return { ok: true, state, position }
      const events = decision.events.map((event, index) => {
        eventIds[index] ??= newId()
        return newEvent(eventIds[index], event, context)
      })
      const result = await appendDurably(store, clock)(stream, expected, events)
      if (result.kind === "appended")
        return { ok: true, state: decision.events.reduce(aggregate.evolve, state), position: result.position }
    }
  }
