import { randomUUID } from "node:crypto"
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type onRequestHookHandler,
} from "fastify"
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod"
import type { Registry } from "prom-client"
import { answerClass, nameRoute } from "./answer.ts"
import { type AddRoutes, type Api, addConventions } from "./api.ts"
import { Asked } from "./asked.ts"
import type { TokenVerifier } from "./auth.ts"
import { addBodyParsing } from "./bodies.ts"
import { addDocs } from "./docs.ts"
import { answerClientError, answerError, answerRouterError, answerUnrouted } from "./errors.ts"
import { collectPaths } from "./known-paths.ts"
import { requestTimer } from "./metrics.ts"
import { addOperations, type Readiness } from "./operations.ts"
import { sendProblem } from "./problems.ts"
import { answerInPlaceOfNode, endUnusedConnections } from "./server.ts"

export interface AppDeps {
  readonly verifyToken: TokenVerifier
  /** The routes under `/v1`; none in a process that does not serve the API. */
  readonly routes: readonly AddRoutes[]
  readonly readiness: Readiness
  readonly metrics: Registry
  readonly logger: FastifyBaseLogger
  /** Of the application, for the API's description. */
  readonly version: string
  readonly timeouts?: typeof clientTimeouts
}

/** How long, in milliseconds, a client may take. */
const clientTimeouts = {
  /** From the first byte of a request to its last. */
  request: 10_000,
  headers: 5_000,
  /** A connection on which nothing moves while a request is under way; above the longest wait for `?after=`. */
  connection: 20_000,
  /** Between two requests; above what load balancers keep. */
  keepAlive: 65_000,
  /** How often the first two are checked. */
  check: 2_000,
}

/** A key of 200 characters, each percent-encoded. */
const PARAM_MAX_LENGTH = 600

/** The HTTP edge, not yet listening. Whatever it answers that is not what was asked for is problem+json. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const { timeouts = clientTimeouts } = deps
  let closing = false
  const app = Fastify({
    // Without a logger of its own: a line a request would cost a rush more than it tells, and the metrics count them.
    genReqId: createRequestIds(),
    requestTimeout: timeouts.request,
    connectionTimeout: timeouts.connection,
    keepAliveTimeout: timeouts.keepAlive,
    http: {
      IncomingMessage: Asked,
      ServerResponse: answerClass({ observe: requestTimer(deps.metrics), isClosing: () => closing }),
      headersTimeout: timeouts.headers,
      connectionsCheckingInterval: timeouts.check,
      // Node would refuse without a body; the hook below does it with a problem.
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: PARAM_MAX_LENGTH },
    // What arrives on a kept connection while closing is still served: everything behind it is still there.
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: answerRouterError,
  })
  // Only the API reads bodies; for an unknown path the answer does not depend on one.
  app.removeAllContentTypeParsers()
  const methodsOf = collectPaths(app)
  app.setNotFoundHandler((request, reply) => answerUnrouted(methodsOf, request, reply))
  app.setErrorHandler<FastifyError>((error, request, reply) =>
    // A body that cannot be read does not make an unknown path known.
    request.is404
      ? answerUnrouted(methodsOf, request, reply)
      : answerError(deps.logger, error, request, reply),
  )
  app.decorateRequest("identity", null)
  app.addHook("onRoute", (route) => {
    // A request that is asked for its route describes it anew.
    const named: onRequestHookHandler = (_request, reply, done) => {
      nameRoute(reply, route.url)
      done()
    }
    route.onRequest = [named, ...[route.onRequest ?? []].flat()]
  })

  answerInPlaceOfNode(app.server)
  endUnusedConnections(app)
  app.addHook("preClose", (done) => {
    closing = true
    done()
  })
  app.addHook("onRequest", (request, reply, done) => {
    if (request.headers.host === undefined && request.raw.httpVersion === "1.1")
      return void sendProblem(reply, "invalid_request", { detail: "A request names its Host" })
    done()
  })

  await addDocs(app, deps.version)
  const readiness = () => (closing ? ["closing"] : deps.readiness())
  await app.register(async (scope) => addOperations(withZod(scope), { readiness, metrics: deps.metrics }))
  await app.register(async (scope) => {
    const api = withZod(scope)
    addBodyParsing(api)
    addConventions(api, deps.verifyToken)
    for (const addRoutes of deps.routes) addRoutes(api)
  })
  return app
}

/** They become correlation ids of events, so they are unique over restarts and processes; counting costs a rush next to nothing. */
function createRequestIds(): () => string {
  const began = randomUUID()
  let requests = 0
  return () => `${began}-${++requests}`
}

function withZod(scope: FastifyInstance): Api {
  scope.setValidatorCompiler(validatorCompiler)
  scope.setSerializerCompiler(serializerCompiler)
  return scope.withTypeProvider<ZodTypeProvider>()
}
