import { createRequire } from "node:module"

interface RequestQueue {
  readonly pending: readonly unknown[]
  readonly throttledUntil: number
  throttleCheckTimeoutId: NodeJS.Timeout | null
  checkPendingRequests(): void
}

/**
 * kafkajs 2.2.4 sets a timer for its queue of requests after each answer, also when nothing is queued and for a moment
 * in the past: every connection then spins, and Node 24 warns of a negative time.
 */
export function calmRequestQueues(): void {
  const queue = createRequire(import.meta.url)("kafkajs/src/network/requestQueue") as {
    prototype: RequestQueue & { scheduleCheckPendingRequests(): void }
  }
  queue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return
    const afterMs = Math.max(this.throttledUntil - Date.now(), 10)
    this.throttleCheckTimeoutId = setTimeout(() => {
      this.throttleCheckTimeoutId = null
      this.checkPendingRequests()
    }, afterMs)
  }
}
