import type { Invariant } from "../invariants/violation.ts"

/** A rule of the protocol, dropped: the simulation must find what breaks then. */
export interface Mutation {
  readonly name: string
  /** What is dropped, in the protocol's words where it is one of its rules. */
  readonly rule: string
  /** Texts of the code, each there exactly once, and what stands there instead. */
  readonly edits: readonly Edit[]
  /** A seed that finds it, and the invariant that breaks under it. */
  readonly found: { readonly seed: string; readonly invariant: Invariant }
}

export interface Edit {
  /** From the project's root. */
  readonly file: string
  readonly from: string
  readonly to: string
}
