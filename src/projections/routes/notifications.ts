import { z } from "zod"
import type { AddRoutes } from "../../http/api.ts"
import { access, identityOf } from "../../http/auth.ts"
import { notificationTypes } from "../database.ts"
import * as notifications from "../notifications.ts"
import { pageParameters, pageSchema } from "../paging.ts"
import { afterParameter, readAfter } from "./after.ts"
import type { QueryDeps } from "./deps.ts"

const Notification = z.object({
  id: z.string(),
  type: z.enum(notificationTypes),
  orderId: z.string(),
  createdAt: z.iso.datetime(),
})

/** `GET /v1/notifications`; `watch` is that of the consumer which writes them. */
export const notificationQueries =
  (deps: QueryDeps): AddRoutes =>
  (api) => {
    api.get(
      "/v1/notifications",
      {
        schema: {
          tags: ["notifications"],
          operationId: "listNotifications",
          summary: "What one was told, the newest first",
          querystring: z.strictObject({ ...pageParameters("notifications"), ...afterParameter }),
          response: { 200: pageSchema(Notification) },
        },
        config: { access: access.user, problems: ["lagging"] },
        preHandler: readAfter(deps),
      },
      async (request) => notifications.list(deps.db, identityOf(request).userId, request.query),
    )
  }
