import type { NewEvent, RecordedEvent } from "../../domain/event.ts"

/** What a stream must look like for an append: empty (`no_stream`), or ending at exactly this revision. Never "any". */
export type ExpectedRevision = bigint | "no_stream"

/**
 * - `appended`: durable; also when these very events (by id) already stood at the expected place.
 *   `revision` and `position` are those of the last event.
 * - `conflict`: the stream is not at the expected revision. The error's own number is not passed on:
 *   the next expectation comes from reading the stream.
 * - `unknown`: no answer in time, connection lost, server not ready. The events may be there or not;
 *   `appendDurably` resolves it by reading.
 */
export type AppendResult =
  | { readonly kind: "appended"; readonly revision: bigint; readonly position: bigint }
  | { readonly kind: "conflict" }
  | { readonly kind: "unknown"; readonly cause: Error }

export interface ReadStreamOptions {
  /** First revision to return; defaults to the start (or the end when reading backwards). Inclusive. */
  readonly from?: bigint
  readonly direction?: "forwards" | "backwards"
  readonly limit?: number
}

/** Selects events of `$all` on the server. System events (type beginning with `$`) never match. */
export type Filter =
  | { readonly streamPrefixes: readonly string[] }
  | { readonly eventTypes: readonly string[] }

export interface ReadAllOptions {
  /** Commit position to begin at, inclusive forwards, exclusive backwards; defaults to the start or the end. */
  readonly from?: bigint
  readonly direction?: "forwards" | "backwards"
  readonly limit?: number
}

export interface SubscribeStreamOptions {
  readonly stream: string
  /** The last revision already seen; everything after it is delivered. Absent: from the start. */
  readonly after?: bigint
  /** What the reader knows by other ways, its own appends say: such events may be left out, and cost less then. */
  readonly isKnown?: (revision: bigint) => boolean
  readonly signal: AbortSignal
}

export interface SubscribeAllOptions {
  readonly filter: Filter
  /** The last position already seen; everything after it is delivered. Absent: from the start. */
  readonly after?: bigint
  readonly signal: AbortSignal
}

/**
 * What a subscription delivers, in order. `checkpoint` says that everything up to `position` has been delivered
 * or did not match the filter. `caught_up` says that what follows is live.
 */
export type SubscriptionMessage =
  | { readonly kind: "event"; readonly event: RecordedEvent }
  | { readonly kind: "checkpoint"; readonly position: bigint }
  | { readonly kind: "caught_up" }

/** The log did not answer a read in time, or is not there. Nothing is known; ask again later. */
export class EventStoreUnavailable extends Error {
  override readonly name = "EventStoreUnavailable"
}

/**
 * The event log. Reads throw `EventStoreUnavailable`; a missing stream reads as empty.
 * Subscriptions survive the loss of the server: they reconnect by themselves from the last message delivered,
 * never deliver an event twice or out of order, and end only when `signal` aborts.
 */
export interface EventStore {
  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult>
  readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<RecordedEvent>
  /** Every event but the system's own, in commit order. */
  readAll(options?: ReadAllOptions): AsyncIterable<RecordedEvent>
  /** Position of the log's last event, the system's own included; 0 when it is empty. */
  endPosition(): Promise<bigint>
  subscribeStream(options: SubscribeStreamOptions): AsyncIterable<SubscriptionMessage>
  subscribeAll(options: SubscribeAllOptions): AsyncIterable<SubscriptionMessage>
  close(): Promise<void>
}
