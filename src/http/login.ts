import { z } from "zod"
import { text } from "../domain/text.ts"
import type { AddRoutes } from "./api.ts"
import { access, type TokenSigner } from "./auth.ts"
import { example } from "./openapi.ts"

/** Whom a code that a client got from the login provider belongs to: our id of the user, the same each time. */
export type LoginProvider = (code: string) => Promise<string>

/** `POST /v1/auth/wechat`: a code for a token. */
export const login =
  (userOf: LoginProvider, sign: TokenSigner): AddRoutes =>
  (api) => {
    api.post(
      "/v1/auth/wechat",
      {
        schema: {
          tags: ["login"],
          operationId: "login",
          summary: "Change a login code for a token",
          body: z.strictObject({ code: text(1, 512) }).meta(example({ code: "demo-code" })),
          response: {
            200: z
              .object({
                token: z.string().describe("Bearer token, good for a week"),
                user: z.object({ id: z.string(), role: z.literal("user") }),
              })
              .describe("The same user for the same code"),
          },
        },
        config: { access: access.anyone, idempotencyKey: false },
      },
      async (request) => {
        const id = await userOf(request.body.code)
        return { token: sign({ userId: id, role: "user" }), user: { id, role: "user" as const } }
      },
    )
  }
