import type { FastifyInstance, FastifyReply, FastifyRequest, onResponseHookHandler } from "fastify"
import { collectDefaultMetrics, Histogram, Registry } from "prom-client"

/** A registry of its own for each process part that wants one; it begins with the process's own metrics. */
export function createMetrics(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}

/** Times every request by route, method and status. No label comes from a user. */
export function addHttpMetrics(app: FastifyInstance, registry: Registry): void {
  const seconds = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from a request's arrival to its answer",
    labelNames: ["method", "route", "status"] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  })
  function observe(route: string, { method }: FastifyRequest, reply: FastifyReply): void {
    seconds.observe({ method, route, status: reply.statusCode }, reply.elapsedTime / 1_000)
  }
  // Each route knows its name: a request that is asked for it describes its whole route anew.
  app.addHook("onRoute", (route) => {
    const timed: onResponseHookHandler = (request, reply, done) => {
      observe(route.url, request, reply)
      done()
    }
    route.onResponse = [timed, ...[route.onResponse ?? []].flat()]
  })
  app.addHook("onResponse", (request, reply, done) => {
    if (request.is404) observe("none", request, reply)
    done()
  })
}
