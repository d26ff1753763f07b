/** The load, in a process of its own. */
import { jwtSigner } from "../../src/infra/jwt.ts"
import { answerCalls } from "../harness/child.ts"
import type { Job, Loaded } from "./job.ts"
import { run } from "./run.ts"

/**
 * Few enough that the servers remember all of their tokens, as they do in a crowd that asks again and again: what is
 * measured is what comes after a token was proved.
 */
const BUYERS = 5_000
const BODY = '{"quantity":1}'

/** Tells keys of this run from those of others. */
const runId = process.pid.toString(36) + Date.now().toString(36)
const heads = new Map<string, readonly string[]>()
let asked = 0

answerCalls<Job, Loaded>((job) => {
  const known = heads.get(job.secret) ?? headsOf(job.secret)
  heads.set(job.secret, known)
  return run(job, () => {
    const n = asked++
    return `POST ${job.path} HTTP/1.1\r\n${known[n % BUYERS]}idempotency-key: ${runId}-${n}\r\n\r\n${BODY}`
  })
})

/** What each buyer's requests have in common. */
function headsOf(secret: string): string[] {
  const sign = jwtSigner(secret)
  return Array.from({ length: BUYERS }, (_, n) =>
    [
      "host: 127.0.0.1",
      "content-type: application/json",
      `content-length: ${BODY.length}`,
      `authorization: Bearer ${sign({ userId: `buyer-${n}`, role: "user" })}`,
      "",
    ].join("\r\n"),
  )
}
