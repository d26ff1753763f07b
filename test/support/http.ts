import type { FastifyInstance } from "fastify"
import pino from "pino"
import type { AddRoutes } from "../../src/http/api.ts"
import { type AppDeps, buildApp } from "../../src/http/app.ts"
import type { Role } from "../../src/http/auth.ts"
import { createMetrics } from "../../src/http/metrics.ts"
import type { Readiness } from "../../src/http/operations.ts"
import { jwtSigner, jwtVerifier } from "../../src/infra/jwt.ts"

export const TEST_SECRET = "a secret of the tests, longer than 32 bytes"
const sign = jwtSigner(TEST_SECRET)

/** The header that says who asks. */
export const as = (userId: string, role: Role = "user") => ({
  authorization: `Bearer ${sign({ userId, role })}`,
})

export interface TestEdge {
  readonly app: FastifyInstance
  /** What the process logged, a JSON object a line. */
  readonly logged: string[]
}

/** The HTTP edge over the given routes, with everything that belongs to it and nothing behind it. */
export async function buildTestEdge(
  routes: readonly AddRoutes[],
  { readiness = () => [], ...rest }: { readiness?: Readiness } & Pick<AppDeps, "timeouts"> = {},
): Promise<TestEdge> {
  const logged: string[] = []
  const app = await buildApp({
    verifyToken: jwtVerifier(TEST_SECRET, Date.now),
    routes,
    readiness,
    metrics: createMetrics(),
    logger: pino({ level: "warn" }, { write: (line: string) => void logged.push(line) }),
    version: "0.0.0",
    ...rest,
  })
  return { app, logged }
}
