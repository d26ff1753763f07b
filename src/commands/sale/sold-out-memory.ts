/** That the sale was sold out a moment ago, so that a crowd does not reach the gate. */
export interface SoldOutMemory {
  /**
   * Remembers a final reply with stock exactly 0, no permit pending, and this process's fold at the reply's revision
   * or past it. It lives from before the question, so that the gate, which grants nothing for as long after its
   * answer, never grants a cup while the memory lives.
   */
  remember(askedAtMs: number): void
  isValid(nowMs: number): boolean
}

export function createSoldOutMemory(livesMs: number): SoldOutMemory {
  let untilMs = Number.NEGATIVE_INFINITY
  return {
    remember(askedAtMs) {
      untilMs = Math.max(untilMs, askedAtMs + livesMs)
    },
    isValid: (nowMs) => nowMs < untilMs,
  }
}
