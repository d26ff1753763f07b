import type { FastifyReply, FastifyRequest } from "fastify"
import { z } from "zod"
import { sendProblem } from "../../http/problems.ts"
import type { PositionWatch } from "../position-watch.ts"

/** How long a query waits for the read models to catch up, in milliseconds. */
const PATIENCE_MS = 3_000
const POSITION_MAX = 2n ** 64n - 1n

const Position = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,19})$/)
  .transform(BigInt)
  .refine((position) => position <= POSITION_MAX, "is beyond every log")

/** What every query takes: the `position` of an answer whose effect it must show. */
export const afterParameter = {
  after: Position.optional().describe("The `position` of a command's answer, to see what it did"),
}

export interface AfterDeps {
  readonly watch: PositionWatch
  /** Position of the log's last event. */
  readonly endPosition: () => Promise<bigint>
}

/** Before the query: waits until the read models have passed `after`; 503 `lagging` if they do not in time. */
export const readAfter =
  ({ watch, endPosition }: AfterDeps) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { after } = request.query as { after?: bigint }
    if (after === undefined || watch.hasPassed(after)) return
    if (after > (await endPosition())) {
      return sendProblem(reply, "invalid_request", { detail: "after is beyond the log's end" })
    }
    if (!(await watch.waitFor(after, PATIENCE_MS))) return sendProblem(reply, "lagging")
  }
