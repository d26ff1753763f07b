import type { FastifyInstance, FastifyReply, FastifyRequest, onSendHookHandler } from "fastify"
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
  function observe(route: string, request: FastifyRequest, { statusCode: status }: FastifyReply): void {
    const { method, arrivedMs } = request
    if (arrivedMs < 0) return
    request.arrivedMs = -1
    seconds.observe({ method, route, status }, (performance.now() - arrivedMs) / 1_000)
  }
  app.decorateRequest("arrivedMs", -1)
  app.addHook("onRequest", (request, _reply, done) => {
    request.arrivedMs = performance.now()
    done()
  })
  // As the answer goes out: for what comes after, Fastify listens to each answer's end, and that makes a crowd's answers
  // outlive many collections. Each route knows its name: a request that is asked for it describes its route anew.
  app.addHook("onRoute", (route) => {
    const timed: onSendHookHandler = (request, reply, _payload, done) => {
      observe(route.url, request, reply)
      done()
    }
    route.onSend = [...[route.onSend ?? []].flat(), timed]
  })
  app.addHook("onSend", (request, reply, _payload, done) => {
    if (request.is404) observe("none", request, reply)
    done()
  })
}

declare module "fastify" {
  interface FastifyRequest {
    /** By `performance.now()`; below 0 once it was counted. */
    arrivedMs: number
  }
}
