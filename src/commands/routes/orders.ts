import { z } from "zod"
import * as FlashSale from "../../domain/flash-sale.ts"
import { createAdmission } from "../../http/admission.ts"
import { endWith, JSON_LINE } from "../../http/answer.ts"
import type { AddRoutes } from "../../http/api.ts"
import { idempotencyKeyOf } from "../../http/api.ts"
import { access, identityOf } from "../../http/auth.ts"
import { example } from "../../http/openapi.ts"
import { type ProblemCode, sendProblem } from "../../http/problems.ts"
import { LATE, within } from "../ports/clock.ts"
import { payloadHash, requestIdOf } from "../request.ts"
import { type RequestStatus, requestStatus } from "../request-status.ts"
import { type ReserveAnswer, type ReserveRefusal, reserveStock } from "../reserve-stock.ts"
import type { SaleDeps } from "../sale/deps.ts"
import type { LiveSales } from "../sale/live-sales.ts"
import { Position } from "./position.ts"

const tags = ["orders"]

const Order = z
  .object({
    id: z.string(),
    quantity: z.int(),
    amountFen: z.int(),
    payBy: z.iso.datetime(),
    status: z.literal("pending_payment"),
    position: Position,
  })
  .describe("The cups are yours until `payBy`; the answer to this key, for ever")

const problemOf = {
  sold_out: "sold_out",
  limit_exceeded: "limit_exceeded",
  sale_not_open: "sale_not_open",
  sale_paused: "sale_paused",
  request_conflict: "request_conflict",
  request_expired: "request_expired",
} as const satisfies Record<ReserveRefusal, ProblemCode>

const Pending = z.object({ state: z.literal("pending") })
const State = z
  .discriminatedUnion("state", [
    Pending,
    z.object({ state: z.literal("accepted"), order: Order }),
    z.object({ state: z.literal("refused"), code: z.enum(Object.values(problemOf)) }),
  ])
  .describe("Where the request stands")

const Purchase = z
  .strictObject({ quantity: z.int().min(1).max(FlashSale.ORDER_MAX_UNITS) })
  .meta(example({ quantity: 1 }))

/** The answer to an accepted request, the same for ever. */
const orderOf = (outcome: FlashSale.Accepted): z.infer<typeof Order> => ({
  id: outcome.orderId,
  quantity: outcome.quantity,
  amountFen: outcome.amountFen,
  payBy: FlashSale.payByOf(outcome),
  status: "pending_payment",
  position: `${outcome.position}`,
})

interface NotFound {
  readonly kind: "not_found"
}

/** `POST /v1/flash-sales/:id/orders`, the hot path, and where such a request stands. */
export const orderCommands =
  (deps: SaleDeps, sales: LiveSales): AddRoutes =>
  (api) => {
    const { clock, times } = deps
    const admission = createAdmission(() => performance.now())

    api.post(
      "/v1/flash-sales/:id/orders",
      {
        schema: {
          tags,
          operationId: "order",
          summary: "Buy cups",
          params: z.object({ id: z.string().describe("The sale") }),
          body: Purchase,
          response: { 201: Order, 202: Pending.describe("Not decided yet; ask at `Location`") },
        },
        config: { access: access.user, problems: Object.values(problemOf), admission },
      },
      (request, reply) => {
        const deadlineMs = clock.elapsed() + times.requestDeadlineMs
        const { id: saleId } = request.params
        const { userId } = identityOf(request)
        const { quantity } = request.body
        const key = idempotencyKeyOf(request)
        const requestId = requestIdOf(userId, key)
        const wanted = { requestId, userId, quantity, payloadHash: hashOfQuantity(quantity) }
        const arrival = { deadlineMs, isGone: () => request.socket.destroyed }

        const live = sales.peek(saleId)
        const answer = live ? reserveStock(deps, live, wanted, arrival) : openAndReserve()
        // Most of a crowd is refused at once: without a promise, its answers cost hardly more than the server itself.
        if ("kind" in answer) return respond(answer)
        return answer.then(respond)

        async function openAndReserve(): Promise<ReserveAnswer | NotFound> {
          const opened = await within(clock, times.requestDeadlineMs, sales.get(saleId))
          if (opened === LATE) return { kind: "unavailable" }
          return opened ? reserveStock(deps, opened, wanted, arrival) : { kind: "not_found" }
        }

        function respond(answer: ReserveAnswer | NotFound): void {
          switch (answer.kind) {
            case "accepted": {
              const order = orderOf(answer.outcome)
              // Made here by hand, it needs no look at its schema.
              const lines = `location: /v1/orders/${order.id}\r\n${JSON_LINE}`
              return void endWith(reply, 201, lines, JSON.stringify(order))
            }
            case "pending": {
              const path = `/v1/flash-sales/${saleId}/requests/${segmentOf(key)}`
              reply.code(202).header("location", path).send({ state: "pending" })
              return
            }
            case "refused":
              return void sendProblem(reply, problemOf[answer.reason])
            default:
              return void sendProblem(reply, answer.kind)
          }
        }
      },
    )

    api.get(
      "/v1/flash-sales/:id/requests/:requestId",
      {
        schema: {
          tags,
          operationId: "requestState",
          summary: "What became of a request for cups",
          description: "404 means that nothing is known of it: send it again with the same key.",
          params: z.object({
            id: z.string().describe("The sale"),
            requestId: z.string().describe("The Idempotency-Key, percent-encoded"),
          }),
          response: { 200: State },
        },
        config: { access: access.user },
      },
      async (request, reply) => {
        const { id, requestId: key } = request.params
        const requestId = requestIdOf(identityOf(request).userId, key)
        const look = async () => {
          const live = sales.peek(id) ?? (await sales.get(id))
          return live && requestStatus(deps, live, requestId)
        }
        const status = await within(clock, times.requestDeadlineMs, look())
        if (status === LATE) return sendProblem(reply, "unavailable")
        if (!status) return sendProblem(reply, "not_found")
        return stateOf(status)
      },
    )
  }

/** A key as a segment of a path; of the legal ones only dots alone would be taken for a step up the path. */
const segmentOf = (key: string): string =>
  encodeURIComponent(key).replace(/^\.{1,2}$/, (dots) => "%2E".repeat(dots.length))

function stateOf(status: RequestStatus): z.infer<typeof State> {
  switch (status.state) {
    case "accepted":
      return { state: "accepted", order: orderOf(status.outcome) }
    case "refused":
      return {
        state: "refused",
        code: problemOf[status.reason === "expired" ? "request_expired" : status.reason],
      }
    case "pending":
      return { state: "pending" }
  }
}

/** Bodies of the hot path hold a quantity and nothing else, so few hashes serve all. */
const hashes = new Map<number, string>()
function hashOfQuantity(quantity: number): string {
  const known = hashes.get(quantity)
  if (known) return known
  const hash = payloadHash({ quantity })
  hashes.set(quantity, hash)
  return hash
}
