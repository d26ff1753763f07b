/** That the sale was sold out a moment ago, so that a crowd does not reach the gate. */
export interface SoldOutMemory {
  /**
   * Remembers a final reply with stock exactly 0, no permit pending, and this process's fold at the reply's revision
   * or past it. It lives from before the question, so that the gate, which grants nothing for as long after its
   * answer, never grants a cup while the memory lives. `revision` is the fold's: an event after it may have freed a
   * cup, and forgetting early is always safe.
   */
  remember(askedAtMs: number, revision: number): void
  isValid(nowMs: number, revision: number): boolean
  /**
   * True for one request in the second half of its life: it asks the gate, whose reply renews the memory, while the others
   * are still refused. Else each end of it would send the whole crowd to the gate.
   */
  letsOneAsk(nowMs: number): boolean
}

export function createSoldOutMemory(livesMs: number): SoldOutMemory {
  let untilMs = Number.NEGATIVE_INFINITY
  let askAgainAtMs = Number.NEGATIVE_INFINITY
  let ofRevision = -1
  return {
    remember(askedAtMs, revision) {
      untilMs = askedAtMs + livesMs
      askAgainAtMs = askedAtMs + livesMs / 2
      ofRevision = revision
    },
    isValid: (nowMs, revision) => nowMs < untilMs && revision === ofRevision,
    letsOneAsk(nowMs) {
      if (nowMs < askAgainAtMs) return false
      askAgainAtMs = untilMs
      return true
    },
  }
}
