/** Who and what caused an event; no personal data. */
export interface EventMetadata {
  /** The same for all that follows from one request. */
  readonly correlationId: string
  /** The event or request that caused this one. */
  readonly causationId: string
  /** `user:<id>`, `admin:<id>`, or `system:<part>`. */
  readonly actor: string
  readonly schemaVersion: number
  readonly codeVersion: string
  /** Hash of the creating command's payload, where the stream's id is derived from the request. */
  readonly payloadHash?: string
  readonly traceparent?: string
}

/** An event of ours before it is recorded. Its id is made once, before the first try. */
export interface NewEvent {
  readonly id: string
  readonly type: string
  readonly data: object
  readonly metadata: EventMetadata
}

/** An event as the log holds it. `data` and `metadata` are parsed JSON, not yet validated. */
export interface RecordedEvent {
  readonly id: string
  readonly stream: string
  /** 0 for the first event of its stream. */
  readonly revision: bigint
  /** Commit position in the whole log; grows from event to event. */
  readonly position: bigint
  readonly type: string
  readonly data: unknown
  readonly metadata: unknown
  /** Milliseconds since the epoch, by the log's clock. */
  readonly recordedAtMs: number
}
