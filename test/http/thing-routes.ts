import { z } from "zod"
import { EventStoreUnavailable } from "../../src/commands/ports/event-store.ts"
import type { Api } from "../../src/http/api.ts"
import { idempotencyKeyOf } from "../../src/http/api.ts"
import { access, identityOf } from "../../src/http/auth.ts"
import { sendProblem } from "../../src/http/problems.ts"

const Id = z.object({ id: z.string().regex(/^[a-z]{3}$/) })

/** Routes that exist only to be knocked at. */
export function addThings(api: Api): void {
  api.get(
    "/v1/things/:id",
    { config: { access: access.anyone }, schema: { params: Id, response: { 200: Id } } },
    async (request) => request.params,
  )
  api.post(
    "/v1/things",
    {
      config: { access: access.user, problems: ["sold_out", "request_conflict"] },
      schema: {
        body: z.strictObject({ quantity: z.int().min(1).optional(), title: z.string().optional() }),
        response: { 201: z.object({ who: z.string(), key: z.string(), body: z.looseObject({}) }) },
      },
    },
    async (request, reply) =>
      reply
        .code(201)
        .send({ who: identityOf(request).userId, key: idempotencyKeyOf(request), body: request.body }),
  )
  api.post(
    "/v1/bytes",
    {
      config: { access: access.anyone, idempotencyKey: false, bodyAsBytes: true },
      schema: { response: { 200: z.object({ hex: z.string() }) } },
    },
    async (request) => ({ hex: (request.body as Buffer).toString("hex") }),
  )
  api.post(
    "/v1/things/:id/pause",
    {
      config: { access: access.admin },
      schema: { params: Id, body: z.strictObject({}), response: { 200: Id } },
    },
    async (request) => request.params,
  )
  api.get(
    "/v1/things/:id/requests/:key",
    {
      config: { access: access.anyone },
      schema: { params: Id.extend({ key: z.string() }), response: { 200: z.object({ key: z.string() }) } },
    },
    async (request) => ({ key: request.params.key }),
  )
  api.get("/v1/broken", { config: { access: access.anyone } }, async () => {
    throw new Error("the password is tiger")
  })
  api.get(
    "/v1/wrong",
    { config: { access: access.anyone }, schema: { response: { 200: Id } } },
    async () => ({
      id: "not as promised",
    }),
  )
  api.get("/v1/twice", { config: { access: access.anyone } }, (_request, reply) => {
    sendProblem(reply, "unavailable")
    sendProblem(reply, "sold_out")
  })
  api.get("/v1/away", { config: { access: access.anyone } }, async () => {
    throw new EventStoreUnavailable("10.0.0.7 refused")
  })
}
