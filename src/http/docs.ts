import swagger from "@fastify/swagger"
import swaggerUi from "@fastify/swagger-ui"
import type { FastifyInstance } from "fastify"
import { jsonSchemaTransform } from "fastify-type-provider-zod"

/** Describes every route that is added after this call: `/openapi.json`, and `/docs` for people. */
export async function addDocs(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Hash Coffee",
        version,
        description: "Flash sales and orders of a coffee chain. Money in fen, instants in ISO 8601, UTC.",
      },
      components: {
        securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      },
    },
    transform: jsonSchemaTransform,
  })
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger())
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    // The page and all that it loads come from this server; its own scripts need inline styles only.
    staticCSP:
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  })
}
