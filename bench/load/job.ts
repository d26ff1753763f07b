/** One stretch of load: `POST path` with `{"quantity":1}`, each time under a new key, by buyers in turn. */
export interface Job {
  /** The servers; connections are divided among them. */
  readonly urls: readonly string[]
  readonly path: string
  readonly connections: number
  /** Of the tokens. */
  readonly secret: string
  /** Answers before this many seconds have passed are not counted in `perSecond` and `latencyMs`. */
  readonly warmUpSeconds: number
  /** How long requests are sent, the warm-up included; or until so many were sent. */
  readonly until: { readonly seconds: number } | { readonly requests: number }
  /**
   * Requests a second, at even distances, whatever the answers take: an open loop, in which latencies are measured from
   * the moment a request was due. Absent: each connection asks again as soon as it is answered.
   */
  readonly perSecond?: number
}

export interface Loaded {
  /** Answers a second after the warm-up. */
  readonly perSecond: number
  /** Every answer to this job by its word: `201`, the code of a problem, another status. */
  readonly answers: Readonly<Record<string, number>>
  /** Requests that never had an answer. */
  readonly broken: number
  /** Requests of an open loop that were due and found no free connection until the end. */
  readonly unsent: number
  /** Of the answers after the warm-up. */
  readonly latencyMs: Readonly<Record<"p50" | "p90" | "p99" | "p999" | "max", number>>
}
