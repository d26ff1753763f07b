import type { ProposedEvent } from "../wire/proposed-event.ts"

/** What a writer expects of the stream: its last revision, or one of the special expectations. */
export type Expected = number | "any" | "no_stream" | "stream_exists"

/** A write that a client asks for; it is done wholly or not at all. */
export type WriteCommand =
  | {
      readonly kind: "append"
      readonly stream: string
      readonly expected: Expected
      readonly events: readonly ValidEvent[]
    }
  | { readonly kind: "delete" | "tombstone"; readonly stream: string; readonly expected: Expected }

/** A proposed event that has all it needs. */
export type ValidEvent = ProposedEvent & {
  readonly id: Buffer
  readonly type: string
  readonly contentType: string
}

/**
 * What became of a write. `revision` is the last of the events it asked for (-1: none and the stream is empty),
 * `position` the log position of that event (null when it can no longer be read).
 */
export type Outcome =
  | { readonly kind: "done"; readonly revision: number; readonly position: number | null }
  /** `actual` is the stream's last revision, -1 when it has none. */
  | { readonly kind: "wrong_version"; readonly actual: number }
  | { readonly kind: "stream_deleted" }
