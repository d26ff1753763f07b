import type { AddRoutes } from "./api.ts"
import { sendProblem } from "./problems.ts"

/** Answers whatever is asked of the API with 503 until `prepared`: what it stands on is not there yet. */
export const refuseUntil =
  (prepared: () => boolean): AddRoutes =>
  (api) => {
    api.addHook("onRequest", (_request, reply, done) => {
      if (prepared()) done()
      else sendProblem(reply, "unavailable", { detail: "The process is starting" })
    })
  }
