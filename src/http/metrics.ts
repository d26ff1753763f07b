import { collectDefaultMetrics, Histogram, Registry } from "prom-client"
import type { AnswerDeps } from "./answer.ts"

/** A registry of its own for each process part that wants one; it begins with the process's own metrics. */
export function createMetrics(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}

/** Times every request by route, method and status. No label comes from a user. */
export function requestTimer(registry: Registry): AnswerDeps["observe"] {
  const seconds = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from a request's arrival to its answer",
    labelNames: ["method", "route", "status"] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  })
  return (labels, ms) => seconds.observe(labels, ms / 1_000)
}
