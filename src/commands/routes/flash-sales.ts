import { z } from "zod"
import * as FlashSale from "../../domain/flash-sale.ts"
import type { AddRoutes, Api } from "../../http/api.ts"
import { access } from "../../http/auth.ts"
import { type ProblemCode, sendProblem } from "../../http/problems.ts"
import { changeFlashSale } from "../change-flash-sale.ts"
import type { SaleDeps } from "../sale/deps.ts"
import type { LiveSales } from "../sale/live-sales.ts"
import { scheduleFlashSale } from "../schedule-flash-sale.ts"
import {
  adjustStock,
  closeFlashSale,
  pauseFlashSale,
  resumeFlashSale,
  type SteerRefusal,
} from "../steer-flash-sale.ts"
import { asked, contextOf } from "./asked.ts"
import {
  FlashSaleChanges,
  NewFlashSale,
  ScheduledFlashSale,
  SteeredFlashSale,
  StockAdjustment,
} from "./flash-sale-schemas.ts"

const tags = ["flash sales"]
const Id = z.object({ id: z.string().describe("The sale") })
const problemOf = {
  not_found: "not_found",
  request_conflict: "request_conflict",
  invalid_state: "invalid_state",
  ends_before_start: "invalid_request",
} as const satisfies Record<SteerRefusal | "ends_before_start", ProblemCode>

/** What admins do with a sale: schedule, change, pause, resume, close, adjust its stock. */
export const flashSaleCommands =
  (deps: SaleDeps, sales: LiveSales): AddRoutes =>
  (api) => {
    const steering = { clock: deps.clock, sales }

    api.post(
      "/v1/flash-sales",
      {
        schema: {
          tags,
          operationId: "scheduleFlashSale",
          summary: "Schedule a sale",
          description: "`endsAt` is after `startsAt`; both may be in the past.",
          body: NewFlashSale,
          response: { 201: ScheduledFlashSale },
        },
        config: { access: access.admin, problems: ["request_conflict"] },
      },
      async (request, reply) => {
        const { payloadHash, context, createdId } = asked(request)
        const command = { saleId: createdId(), terms: request.body, payloadHash }
        const result = await scheduleFlashSale(deps, sales)(command, context)
        if (!result.ok) return sendProblem(reply, problemOf[result.reason], endDetail(result.reason))
        const { saleId: id, at, ...terms } = result.sale
        const status = FlashSale.statusOf(terms, Date.parse(at))
        return reply
          .code(201)
          .header("location", `/v1/flash-sales/${id}`)
          .send({ id, ...terms, status, position: `${result.position}` })
      },
    )

    api.patch(
      "/v1/flash-sales/:id",
      {
        schema: {
          tags,
          operationId: "changeFlashSale",
          summary: "Change a sale",
          description:
            "Before its start any field; then only the title and a later end; after its end nothing.",
          params: Id,
          body: FlashSaleChanges,
          response: { 200: SteeredFlashSale },
        },
        config: { access: access.admin, problems: ["invalid_state"] },
      },
      async (request, reply) => {
        const { id } = request.params
        const result = await changeFlashSale(steering)(id, request.body, contextOf(request, request.id))
        if (!result.ok) return sendProblem(reply, problemOf[result.reason], endDetail(result.reason))
        return { id, status: result.status, position: `${result.position}` }
      },
    )

    addSteering(api, "pause", "Refuse orders until it is resumed", pauseFlashSale(steering))
    addSteering(api, "resume", "Take orders again", resumeFlashSale(steering))
    addSteering(api, "close", "Take no more orders, for good", closeFlashSale(steering))

    api.post(
      "/v1/flash-sales/:id/stock-adjustments",
      {
        schema: {
          tags,
          operationId: "adjustStock",
          summary: "Add or take cups",
          description: "Never below what is held and sold, nor above 10,000,000.",
          params: Id,
          body: StockAdjustment,
          response: { 200: SteeredFlashSale },
        },
        config: { access: access.admin, problems: ["request_conflict", "invalid_state"] },
      },
      async (request, reply) => {
        const { id } = request.params
        const { requestId, payloadHash, context } = asked(request)
        const command = { saleId: id, requestId, payloadHash, ...request.body }
        const result = await adjustStock(steering)(command, context)
        if (!result.ok) return sendProblem(reply, problemOf[result.reason])
        return { id, status: result.status, position: `${result.position}` }
      },
    )
  }

const endDetail = (reason: string) =>
  reason === "ends_before_start" ? { detail: "endsAt must be after startsAt" } : undefined

function addSteering(
  api: Api,
  verb: string,
  summary: string,
  steer: ReturnType<typeof pauseFlashSale>,
): void {
  api.post(
    `/v1/flash-sales/:id/${verb}`,
    {
      schema: {
        tags,
        operationId: `${verb}FlashSale`,
        summary,
        params: Id,
        body: z.strictObject({}),
        response: { 200: SteeredFlashSale },
      },
      config: { access: access.admin, problems: ["request_conflict", "invalid_state"] },
    },
    async (request, reply) => {
      const { id } = request.params
      const { requestId, payloadHash, context } = asked(request)
      const result = await steer({ saleId: id, requestId, payloadHash }, context)
      if (!result.ok) return sendProblem(reply, problemOf[result.reason])
      return { id, status: result.status, position: `${result.position}` }
    },
  )
}
