/**
 * The web server alone: the hot path's route with the product's token check and schemas, in a process of its own.
 * Behind it is nothing, or one script in Redis.
 */
import Fastify, { type FastifyReply } from "fastify"
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { access, authorise, identityOf } from "../../src/http/auth.ts"
import { jwtVerifier } from "../../src/infra/jwt.ts"
import { answerCalls } from "../harness/child.ts"
import { openOneLock } from "./one-lock.ts"
import { openReserve } from "./reserve.ts"

/** - `sold_out`: every answer is the same refusal. - `reserve`: an EVALSHA of the product's script, then the answer. - `one_lock`: see there. */
export type Behind =
  | { readonly kind: "sold_out" }
  | { readonly kind: "reserve"; readonly redisUrl: string }
  | { readonly kind: "one_lock"; readonly redisUrl: string; readonly mysqlUrl: string }

export interface BareRoute {
  readonly secret: string
  readonly behind: Behind
}

const Purchase = z.strictObject({ quantity: z.int().min(1).max(FlashSale.ORDER_MAX_UNITS) })
const Key = z.string().regex(/^[\x21-\x7e]{1,200}$/)
const Order = z.object({
  id: z.string(),
  quantity: z.int(),
  amountFen: z.int(),
  payBy: z.iso.datetime(),
  status: z.literal("pending_payment"),
  position: z.string(),
})

const SOLD_OUT = JSON.stringify({
  type: "urn:hash-coffee:problem:sold_out",
  title: "Not enough cups are left",
  status: 409,
  code: "sold_out",
})
const refuse = (reply: FastifyReply) =>
  reply.code(409).header("content-type", "application/problem+json; charset=utf-8").send(SOLD_OUT)

answerCalls<BareRoute, string>(async ({ secret, behind }) => {
  const reserve = await open(behind)
  const app = Fastify().withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.decorateRequest("identity", null)
  app.post(
    "/v1/flash-sales/:id/orders",
    {
      onRequest: authorise(jwtVerifier(secret, Date.now), access.user),
      schema: {
        params: z.object({ id: z.string() }),
        headers: z.object({ "idempotency-key": Key }),
        body: Purchase,
        response: { 201: Order },
      },
    },
    async (request, reply) => {
      const { userId } = identityOf(request)
      const { quantity } = request.body
      const key = request.headers["idempotency-key"]
      const order = await reserve?.({ requestId: `${userId}:${key}`, userId, quantity }, request.params.id)
      if (!order) return refuse(reply)
      return reply.code(201).header("location", `/v1/orders/${order.id}`).send(order)
    },
  )
  return app.listen({ host: "127.0.0.1", port: 0, backlog: 4_096 })
})

export interface Wanted {
  readonly requestId: string
  readonly userId: string
  readonly quantity: number
}

/** Takes the cups; null when there are none. */
export type Reserve = (wanted: Wanted, saleId: string) => Promise<z.infer<typeof Order> | null>

async function open(behind: Behind): Promise<Reserve | null> {
  switch (behind.kind) {
    case "sold_out":
      return null
    case "reserve":
      return openReserve(behind.redisUrl)
    case "one_lock":
      return openOneLock(behind.redisUrl, behind.mysqlUrl)
  }
}
