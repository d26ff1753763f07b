import swagger from "@fastify/swagger"
import swaggerUi from "@fastify/swagger-ui"
import type { FastifyInstance } from "fastify"
import { jsonSchemaTransform } from "fastify-type-provider-zod"
import { type Document, finishDocument } from "./openapi.ts"
import { problemList } from "./problems.ts"

const description = `Flash sales and orders of a coffee chain. Money is in fen, instants are ISO 8601 in UTC.

**Tokens.** \`Authorization: Bearer\` and a JWT, HS256, with \`sub\`, \`role\` and \`exp\`. Roles: \`user\`, \`staff\`, \`admin\`,
\`auditor\`. A user sees only what is theirs; anything else is 404.

**Idempotency-Key.** A repeated key whose command was accepted gets the first answer again, with another body
\`request_conflict\`. It belongs to one user and one path.

**Read your writes.** A command's answer carries \`position\`; a query with \`?after=\` that position shows what the command
did, or is 503 \`lagging\` after 3 seconds.

**Lists** answer \`items\` and \`nextCursor\`, which is null at the end; give it back as \`?cursor=\`.

**Problems** are \`application/problem+json\` (RFC 9457) with a stable \`code\`. 429 and 503 say in \`Retry-After\` when to come
again, in whole seconds. A path that does not take a method answers 405, and which ones it takes in \`Allow\`.

${problemList()}`

const tags = [
  { name: "login", description: "A token for whom the login provider knows" },
  { name: "dishes", description: "The menu" },
  { name: "flash sales", description: "Few cups, for a short time" },
  { name: "orders", description: "Cups that are somebody's, until they are paid or given back" },
  { name: "payments", description: "Money for an order" },
  { name: "notifications", description: "What a user was told" },
  { name: "operations", description: "For those who run it" },
]

/** Describes every route that is added after this call: `/openapi.json`, and `/docs` for people. */
export async function addDocs(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Hash Coffee",
        version,
        description,
        license: { name: "MIT", identifier: "MIT" },
      },
      tags,
      components: {
        securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (made) =>
      finishDocument(("openapiObject" in made ? made.openapiObject : {}) as Document) as object,
  })
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger())
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    // The page and all that it loads come from this server; its own scripts need inline styles only.
    staticCSP:
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  })
}
