import type { Registry } from "prom-client"
import { z } from "zod"
import type { Api } from "./api.ts"
import { problemResponses, sendProblem } from "./problems.ts"

/** Why the process cannot serve yet, one sentence each; none when it is ready. */
export type Readiness = () => readonly string[]

/** What operators and their machines ask of every process, whatever its roles. */
export function addOperations(
  app: Api,
  { readiness, metrics }: { readiness: Readiness; metrics: Registry },
): void {
  const tags = ["operations"]

  app.get("/livez", { schema: { tags, response: { 200: z.object({ status: z.literal("live") }) } } }, () => ({
    status: "live" as const,
  }))

  const ready = { 200: z.object({ status: z.literal("ready") }), ...problemResponses(["unavailable"]) }
  app.get("/readyz", { schema: { tags, response: ready } }, async (_request, reply) => {
    const reasons = readiness()
    if (reasons.length === 0) return { status: "ready" as const }
    return sendProblem(reply, "unavailable", { detail: `Not ready: ${reasons.join("; ")}` })
  })

  app.get("/metrics", { schema: { hide: true } }, async (_request, reply) =>
    reply.header("content-type", metrics.contentType).send(await metrics.metrics()),
  )
}
