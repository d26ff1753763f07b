import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { faultOf, type Operation, readOperations } from "../support/openapi/document.ts"
import { type Knocked, requestsFor } from "../support/openapi/requests.ts"
import { type Answered, senderTo } from "../support/openapi/send.ts"
import { createWorld, notificationsOf, tokensOf } from "../support/openapi/world.ts"
import { type System, startSystem } from "../support/system.ts"

// The same requests, but for the ids of things, come again with OPENAPI_SEED=<the seed that a failure names>.
const SEED = Number(process.env.OPENAPI_SEED ?? Date.now() % 2 ** 31)
const RUNS_PER_OPERATION = 200
/** Where a run is slow, there are fewer of them. */
const MS_PER_OPERATION = 2_500

/** What no schema can say: a cursor is opaque, the log has an end, a sale ends after its start, text is Unicode. */
const BEYOND_SCHEMAS =
  /not a cursor of this list|beyond the log's end|endsAt must be after startsAt|half a surrogate pair/

let system: System
let send: ReturnType<typeof senderTo>
beforeAll(async () => {
  system = await startSystem()
  send = senderTo(system.url)
})
afterAll(() => system.close())

/** Why an answer is not one that the document, or good sense, allows. */
function complaint(operation: Operation, { wrong }: Knocked, answer: Answered): string | null {
  const fault = faultOf(operation, answer)
  if (fault) return fault
  const { status, headers, text } = answer
  if (headers["x-content-type-options"] !== "nosniff" || headers["x-powered-by"]) return "careless headers"
  if (wrong.length > 0 && status < 400) return `accepted although ${wrong.join(", ")} is wrong`
  if (wrong.includes("token") && !wrong.includes("path") && status !== 401) return "no token, yet no 401"
  if (wrong.length === 0 && status === 400 && !BEYOND_SCHEMAS.test(text))
    return "refused although it is right"
  return null
}

describe(`every operation, with OPENAPI_SEED=${SEED}`, () => {
  it("answers whatever is sent as the document says", { timeout: 90_000 }, async () => {
    const operations = await readOperations(system.url)
    expect(operations.length).toBeGreaterThan(20)
    const tokens = tokensOf(system)
    const accepted = new Set<string>()
    for (const operation of operations) {
      const { method, path } = operation
      const world = await createWorld(system)
      const requests = requestsFor(operation, world, tokens, notificationsOf(system, world.payments))
      const holds = fc.asyncProperty(requests, async (knocked) => {
        const answer = await send(knocked.sent)
        if (answer.status < 300) accepted.add(`${method} ${path}`)
        const complaints = complaint(operation, knocked, answer)
        if (complaints) throw new Error(`${method} ${path}: ${complaints}\n${answer.status} ${answer.text}`)
      })
      await fc.assert(holds, {
        seed: SEED,
        numRuns: RUNS_PER_OPERATION,
        interruptAfterTimeLimit: MS_PER_OPERATION,
      })
    }
    // Who is never let in proves little.
    expect([...accepted].length).toBe(operations.length)
  })

  it("takes no other method, and says which ones", async () => {
    const operations = await readOperations(system.url)
    for (const path of new Set(operations.map((operation) => operation.path))) {
      const taken = operations.filter((operation) => operation.path === path).map(({ method }) => method)
      const allow = [...taken, ...(taken.includes("GET") ? ["HEAD"] : [])].sort()
      for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
        if (allow.includes(method)) continue
        const answer = await send({
          method,
          path: path.replaceAll(/\{\w+\}/g, "x"),
          headers: {},
          chunked: false,
        })
        expect([method, path, answer.status, answer.headers.allow]).toEqual([
          method,
          path,
          405,
          allow.join(", "),
        ])
      }
    }
  })

  it("has not failed inside", async () => {
    const { text } = await send({ method: "GET", path: "/metrics", headers: {}, chunked: false })
    const statuses = text.matchAll(/^http_request_duration_seconds_count.* status="(\d+)"/gm)
    const failed = [...statuses].map(([, status]) => status).filter((status) => /^5(?!03)/.test(status!))
    expect(failed).toEqual([])
  })
})
