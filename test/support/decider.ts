import { expect } from "vitest"
import type { Decision } from "../../src/domain/decision.ts"

/**
 * `given(...events).when(decide).then(...events)` for an aggregate whose state is a value. `then` also decides a second
 * time on what came of it and wants no events, so that every case shows that asking twice changes nothing.
 */
export const specification =
  <State, Event>(initial: State, evolve: (state: State, event: Event) => State) =>
  (...past: readonly Event[]) => ({
    when: (decide: (state: State) => Decision<Event, string>) => ({
      // biome-ignore lint/suspicious/noThenProperty: given, when, then
      then(...events: readonly Event[]): void {
        const state = past.reduce(evolve, initial)
        expect(decide(state)).toEqual({ ok: true, events })
        expect(decide(events.reduce(evolve, state))).toEqual({ ok: true, events: [] })
      },
      refuses(reason: string): void {
        expect(decide(past.reduce(evolve, initial))).toEqual({ ok: false, reason })
      },
    }),
  })
