import type { Registry } from "prom-client"
import { z } from "zod"
import type { Api } from "./api.ts"
import { problemResponses, sendProblem } from "./problems.ts"

/** Why the process cannot serve yet, one sentence each; none when it is ready. */
export type Readiness = () => readonly string[]

const tags = ["operations"]
const livez = {
  tags,
  operationId: "livez",
  summary: "Whether the process runs",
  response: { 200: z.object({ status: z.literal("live") }) },
}
const readyz = {
  tags,
  operationId: "readyz",
  summary: "Whether the process can serve",
  response: { 200: z.object({ status: z.literal("ready") }), ...problemResponses(["unavailable"]) },
}
const measures = {
  tags,
  operationId: "metrics",
  summary: "What Prometheus scrapes",
  response: { 200: { description: "OK", content: { "text/plain": { schema: z.string() } } } },
}

/** What operators and their machines ask of every process, whatever its roles. */
export function addOperations(
  app: Api,
  { readiness, metrics }: { readiness: Readiness; metrics: Registry },
): void {
  app.get("/livez", { schema: livez }, () => ({ status: "live" as const }))

  app.get("/readyz", { schema: readyz }, async (_request, reply) => {
    const reasons = readiness()
    if (reasons.length === 0) return { status: "ready" as const }
    return sendProblem(reply, "unavailable", { detail: `Not ready: ${reasons.join("; ")}` })
  })

  app.get("/metrics", { schema: measures }, async (_request, reply) =>
    reply.header("content-type", metrics.contentType).send(await metrics.metrics()),
  )
}
