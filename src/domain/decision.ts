/** What a decision says: the events to record, or a closed reason why not. A "no" is a value, never an exception. */
export type Decision<Event, Reason extends string> =
  | { readonly ok: true; readonly events: readonly Event[] }
  | { readonly ok: false; readonly reason: Reason }

/** Accepts with the events to record; none of them means that everything is so already. */
export const accept = <Event>(...events: Event[]): { ok: true; events: Event[] } => ({ ok: true, events })

export const reject = <const Reason extends string>(reason: Reason): { ok: false; reason: Reason } => ({
  ok: false,
  reason,
})

/** Ends every exhaustive switch: a new variant does not compile until it is handled. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
