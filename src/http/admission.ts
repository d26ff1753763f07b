import type { onRequestHookHandler } from "fastify"
import { sendProblem } from "./problems.ts"

/** Longest that a request may expect to wait for those before it, in milliseconds; later it would only hear 202 or 503. */
const WAIT_MAX_MS = 800
/** So many are let in whatever the pace was: before a rush nobody asks, and little is known. */
const ALWAYS_IN = 500
const PACE_WINDOW_MS = 250

/** How many requests of a crowd are under way, and whether one more may expect its answer in time. */
export interface Admission {
  /** False when too many are under way: the next is to be told to come back. Whoever was let in leaves once. */
  enter(): boolean
  leave(): void
}

/** Judges by the pace at which requests have left lately. `elapsed` is in milliseconds and never steps. */
export function createAdmission(elapsed: () => number): Admission {
  let underWay = 0
  let windowMs = elapsed()
  let left = 0
  let perMs = 0

  return {
    enter() {
      const sinceMs = elapsed() - windowMs
      if (sinceMs >= PACE_WINDOW_MS) {
        perMs = left / sinceMs
        left = 0
        windowMs += sinceMs
      }
      if (underWay >= Math.max(ALWAYS_IN, perMs * WAIT_MAX_MS)) return false
      underWay += 1
      return true
    },
    leave() {
      underWay -= 1
      left += 1
    },
  }
}

/**
 * For the routes that a crowd may flood: whoever cannot expect an answer in time gets 503 at once, before anything is
 * read or verified, so that those who are let in are answered, and all other routes go on.
 */
export function admit({ enter, leave }: Admission): onRequestHookHandler {
  return (_request, reply, done) => {
    if (!enter()) return void sendProblem(reply, "overloaded")
    // Emitted once, also when the client is gone before its answer.
    reply.raw.on("close", leave)
    done()
  }
}
